import { permission } from '@plinth/kernel'

/** What the users domain lets people do. */
export const usersPermissions = {
  readOwn: permission('users:read:own', { description: 'See the own account.', roles: ['user', 'seller'] }),
  passwordOwn: permission('users:password:own', {
    description: 'Change the own password.',
    roles: ['user', 'seller'],
  }),
  sessionsOwn: permission('users:sessions:own', {
    description: 'See and end the own sessions.',
    roles: ['user', 'seller'],
  }),
  readAny: permission('users:read:any', { description: 'See every account.' }),
  rolesAny: permission('users:roles:any', { description: 'Give and take roles.' }),
  defineAny: permission('users:define:any', {
    description: 'Define roles: which permissions they hold.',
  }),
  suspendAny: permission('users:suspend:any', { description: 'Suspend and reinstate accounts.' }),
} as const
