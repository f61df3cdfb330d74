import { permission } from '@plinth/kernel'

/** What orders let people do. */
export const ordersPermissions = {
  placeOwn: permission('orders:place:own', { description: 'Check out the own cart.', roles: ['user'] }),
  readOwn: permission('orders:read:own', { description: 'See the own orders.', roles: ['user'] }),
  readAny: permission('orders:read:any', { description: 'See every order.' }),
  cancelOwn: permission('orders:cancel:own', { description: 'Cancel the own orders.', roles: ['user'] }),
  cancelAny: permission('orders:cancel:any', { description: 'Cancel any order.' }),
  sellOwn: permission('orders:sell:own', {
    description: 'See and fulfil what was sold of the own products.',
    roles: ['seller'],
  }),
} as const
