import { createAudit } from '@plinth/audit'
import { type Cart, createCart } from '@plinth/cart'
import { cartContract } from '@plinth/cart-contract'
import { createCatalog } from '@plinth/catalog'
import { catalogContract } from '@plinth/catalog-contract'
import type { Config, Connections, Foundations } from '@plinth/host'
import { createAccessStanding } from '@plinth/host'
import { gatewayMigrations } from '@plinth/http'
import { contextOf, local, service } from '@plinth/kernel'
import { createDeadLetters, createRelay, messagingMigrations } from '@plinth/messaging'
import { createNotifications } from '@plinth/notifications'
import { createOrders } from '@plinth/orders'
import { createPayments, type ProviderSettings } from '@plinth/payments'
import { paymentsContract } from '@plinth/payments-contract'
import type { Migrations } from '@plinth/postgres'
import type { Logger, Metrics } from '@plinth/telemetry'
import { createUsers } from '@plinth/users'
import { usersContract } from '@plinth/users-contract'
import { permissions } from './contracts.ts'

/** What the shop stands on. */
export interface Ground {
  readonly config: Config
  readonly foundations: Foundations
  readonly connections: Connections
  readonly logger: Logger
  readonly metrics: Metrics
  /** Where clients reach the shop, and mails lead. */
  readonly publicUrl: string
  /** Who moves the money, in place of what the configuration names. */
  readonly provider?: ProviderSettings | undefined
}

/**
 * The whole shop in one process. Each domain gets its neighbours' contracts; that they are all `local` is
 * decided here and nowhere else.
 */
export const compose = (ground: Ground) => {
  const {
    config,
    foundations,
    connections,
    logger,
    metrics,
    publicUrl,
    provider = providerOf(config),
  } = ground
  const { pool, cache, bus, broker } = connections
  const currency = config.STORE_CURRENCY

  const standing = createAccessStanding({
    bus,
    permissions,
    listChanges: () => users.operations.listAccessChanges(contextOf(service('host')), {}),
  })
  const users = createUsers({
    pool,
    permissions,
    announce: standing.announce,
    settings: {
      tokens: { keys: foundations.keys, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE },
    },
  })
  const catalog = createCatalog({
    pool,
    cache,
    settings: { currency, reservationTtlSeconds: config.RESERVATION_TTL_SECONDS, stockLowThreshold: 5 },
  })
  const cart: Cart = createCart({
    pool,
    neighbours: { catalog: local(catalogContract, catalog.operations) },
    settings: { currency },
  })
  const payments = createPayments({ pool, logger, settings: { currency, provider } })
  const orders = createOrders({
    pool,
    logger,
    neighbours: {
      cart: local(cartContract, cart.operations),
      catalog: local(catalogContract, catalog.operations),
      payments: local(paymentsContract, payments.operations),
    },
    settings: {
      reservationTtlSeconds: config.RESERVATION_TTL_SECONDS,
      maxOpenOrders: config.MAX_OPEN_ORDERS_PER_USER,
      paymentProvider: config.PAYMENT_PROVIDER,
    },
  })
  const notifications = createNotifications({
    pool,
    logger,
    neighbours: { users: local(usersContract, users.operations) },
    settings: { from: config.MAIL_FROM, publicUrl, smtpUrl: foundations.smtpUrl },
  })

  const domains = { users, catalog, cart, orders, payments, notifications }
  const deadLetters = createDeadLetters({ pool, broker, logger })
  const trails = [users.audit, catalog.audit, orders.audit, payments.audit, deadLetters.audit]
  const keepDays = config.AUDIT_RETENTION_DAYS
  const outboxes = [users.outbox, catalog.outbox, orders.outbox, payments.outbox]
  return {
    ...domains,
    standing,
    deadLetters,
    audit: createAudit(trails),
    relay: createRelay({ outboxes, broker, logger, metrics }),
    consumers: [...catalog.consumers, ...payments.consumers, ...notifications.consumers],
    jobs: [
      standing.job,
      ...Object.values(domains).flatMap(domain => domain.jobs),
      ...(keepDays === undefined ? [] : trails.map(trail => trail.forgetAfter(keepDays))),
    ],
    outboxes,
  }
}

/** See {@link compose}. */
export type Shop = ReturnType<typeof compose>

/** The migrations of a shop. */
export const migrationsFor = (shop: Shop): Migrations[] => [
  messagingMigrations,
  gatewayMigrations,
  shop.users.migrations,
  shop.catalog.migrations,
  shop.cart.migrations,
  shop.orders.migrations,
  shop.payments.migrations,
  shop.notifications.migrations,
]

const providerOf = (config: Config) => {
  if (config.PAYMENT_PROVIDER === 'sandbox') {
    return {
      name: 'sandbox' as const,
      ...(config.SANDBOX_URL !== undefined && { url: config.SANDBOX_URL }),
      ...(config.SANDBOX_WEBHOOK_SECRET !== undefined && { webhookSecret: config.SANDBOX_WEBHOOK_SECRET }),
    }
  }
  const {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: apiBase,
  } = config
  if (secretKey === undefined || webhookSecret === undefined)
    throw new Error('the configuration lacks the secrets of Stripe')
  return { name: 'stripe' as const, secretKey, webhookSecret, ...(apiBase !== undefined && { apiBase }) }
}
