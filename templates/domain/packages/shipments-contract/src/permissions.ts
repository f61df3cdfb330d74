import { permission } from '@plinth/kernel'

/** What shipments let people do. */
export const shipmentsPermissions = {
  useOwn: permission('shipments:use:own', {
    description: 'Make and see the own shipments.',
    roles: ['user'],
  }),
} as const
