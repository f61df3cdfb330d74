import { permission } from '@plinth/kernel'

/** What notifications let people do. */
export const notificationsPermissions = {
  readAny: permission('notifications:read:any', { description: 'See every notification.' }),
  sendAny: permission('notifications:send:any', { description: 'Send a notification again.' }),
} as const
