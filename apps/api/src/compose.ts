import { createAudit } from '@plinth/audit'
import { cartRoutes, createCart } from '@plinth/cart'
import { cartContract } from '@plinth/cart-contract'
import { catalogRoutes, createCatalog } from '@plinth/catalog'
import { catalogContract } from '@plinth/catalog-contract'
import { elsewhere, type Ground, here, permissions, prepareUsers, providerNamed } from '@plinth/host'
import { detached } from '@plinth/kernel'
import { createDeadLetters } from '@plinth/messaging'
import { createNotifications, notificationsRoutes } from '@plinth/notifications'
import { notificationsContract } from '@plinth/notifications-contract'
import { createOrders, ordersRoutes } from '@plinth/orders'
import { ordersContract } from '@plinth/orders-contract'
import { createPayments, type ProviderSettings, paymentsRoutes } from '@plinth/payments'
import { paymentsContract } from '@plinth/payments-contract'
import { createUsers, usersRoutes } from '@plinth/users'
import { usersContract } from '@plinth/users-contract'
import { serveBesides } from './serve-besides.ts'

/**
 * The whole shop. Each domain is in this process, unless the configuration says where else it is; what its neighbours
 * get is decided here and nowhere else.
 *
 * @param provider who moves the money, in place of what the configuration names
 */
export const compose = (ground: Ground, provider?: ProviderSettings) => {
  const { config, foundations, connections, pool, replica, logger, neighbours, standing } = ground
  const { cache, broker } = connections
  const currency = config.STORE_CURRENCY
  const far = {
    users: neighbours.of('users'),
    catalog: neighbours.of('catalog'),
    cart: neighbours.of('cart'),
    orders: neighbours.of('orders'),
    payments: neighbours.of('payments'),
    notifications: neighbours.of('notifications'),
  }

  const users =
    far.users === undefined
      ? here(
          usersContract,
          createUsers({
            pool,
            permissions,
            announce: standing.announce,
            settings: {
              tokens: { keys: foundations.keys, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE },
            },
          }),
        )
      : elsewhere(usersContract, far.users, usersRoutes)
  const catalog =
    far.catalog === undefined
      ? here(
          catalogContract,
          createCatalog({
            pool,
            replica,
            cache,
            settings: {
              currency,
              reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
              stockLowThreshold: 5,
            },
          }),
        )
      : elsewhere(catalogContract, far.catalog, catalogRoutes)
  const cart =
    far.cart === undefined
      ? here(
          cartContract,
          createCart({ pool, neighbours: { catalog: catalog.client }, settings: { currency } }),
        )
      : elsewhere(cartContract, far.cart, cartRoutes)
  const payments =
    far.payments === undefined
      ? here(
          paymentsContract,
          createPayments({
            pool,
            logger,
            settings: { currency, provider: provider ?? providerNamed(config) },
          }),
        )
      : elsewhere(paymentsContract, far.payments, operations =>
          paymentsRoutes(operations, { sandbox: config.PAYMENT_PROVIDER === 'sandbox' }),
        )
  const orders =
    far.orders === undefined
      ? here(
          ordersContract,
          createOrders({
            pool,
            logger,
            neighbours: {
              cart: cart.near ?? detached(cartContract, cart.far),
              catalog: catalog.near ?? detached(catalogContract, catalog.far),
              payments: payments.near ?? detached(paymentsContract, payments.far),
            },
            settings: {
              reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
              maxOpenOrders: config.MAX_OPEN_ORDERS_PER_USER,
              paymentProvider: config.PAYMENT_PROVIDER,
            },
          }),
        )
      : elsewhere(ordersContract, far.orders, ordersRoutes)
  const notifications =
    far.notifications === undefined
      ? here(
          notificationsContract,
          createNotifications({
            pool,
            logger,
            neighbours: { users: users.client },
            settings: {
              from: config.MAIL_FROM,
              publicUrl: ground.publicUrl,
              smtpUrl: foundations.smtpUrl,
            },
          }),
        )
      : elsewhere(notificationsContract, far.notifications, notificationsRoutes)

  const deadLetters = createDeadLetters({ pool, broker, logger })
  // Cart and notifications keep none.
  const audits = [users, catalog, orders, payments].flatMap(domain => domain.audits)
  const audit = createAudit([...audits, deadLetters.audit])
  return {
    users: users.client,
    catalog: catalog.client,
    deadLetters,
    domains: [users, catalog, cart, orders, payments, notifications],
    alsoRuns: [deadLetters],
    trails: [deadLetters.audit],
    prepare: async () => {
      if (users.where === 'here') await prepareUsers(users.client, config, logger)
    },
    serve: serveBesides({ ground, deadLetters: deadLetters.operations, audit }),
  }
}

/** See {@link compose}. */
export type Shop = ReturnType<typeof compose>
