import { permission } from '@plinth/kernel'

/** What the cart lets people do. */
export const cartPermissions = {
  useOwn: permission('cart:use:own', { description: 'Fill the own cart.', roles: ['user'] }),
} as const
