import { removeAmqpNames } from '@plinth/testing'

/** Consumers of the shop, which name the queues. */
const consumers = [
  'catalog.restock-cancelled-order',
  'payments.refund-cancelled-order',
  'notifications.welcome-user',
  'notifications.confirm-order',
  'notifications.confirm-cancellation',
  'notifications.confirm-refund',
  'notifications.alert-admins',
  'notifications.mail-password-reset',
]

/** Takes what a shop declared at a RabbitMQ that others use, too, away again. */
export const removeBrokerNames = (url: string, namespace: string): Promise<void> => {
  const own = ['dead', ...[1_000, 5_000, 15_000, 30_000].map(ms => `retry.${ms}`)]
  return removeAmqpNames(url, {
    queues: [...own, ...consumers].map(name => `${namespace}.${name}`),
    exchanges: [...own, 'events'].map(name => `${namespace}.${name}`),
  })
}
