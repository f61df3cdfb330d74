export { createNotifications, type Notifications, type NotificationsOptions } from './notifications.ts'
export type { Mail, MailTransport } from './smtp/transport.ts'
