import { removeAmqpNames } from './namespace.ts'

/** The consumers of a whole shop, which name its queues. */
export const shopConsumers = [
  'catalog.restock-cancelled-order',
  'payments.refund-cancelled-order',
  'notifications.welcome-user',
  'notifications.confirm-order',
  'notifications.confirm-cancellation',
  'notifications.confirm-refund',
  'notifications.alert-admins',
  'notifications.mail-password-reset',
] as const

/** Takes what a shop declared at a RabbitMQ that others use, too, away again: each quorum queue there keeps files open. */
export function removeShopNames(url: string, namespace: string): Promise<void> {
  const own = ['dead', ...[1_000, 5_000, 15_000, 30_000].map(ms => `retry.${ms}`)]
  return removeAmqpNames(url, {
    queues: [...own, ...shopConsumers].map(name => `${namespace}.${name}`),
    exchanges: [...own, 'events'].map(name => `${namespace}.${name}`),
  })
}
