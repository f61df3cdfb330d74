export { type NotificationsNeighbours, notificationsNeeds } from './neighbours/needs.ts'
export { createNotifications, type Notifications, type NotificationsOptions } from './notifications.ts'
export { notificationsRoutes } from './routes.ts'
export type { Mail, MailTransport } from './smtp/transport.ts'
