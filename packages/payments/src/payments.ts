import { type AuditTrail, createAuditTrail } from '@plinth/audit'
import { type Implementation, implement } from '@plinth/kernel'
import type { Consumer } from '@plinth/messaging'
import { type PaymentsContract, paymentsContract } from '@plinth/payments-contract'
import {
  createDatabase,
  createOutbox,
  type Database,
  type Job,
  type Migrations,
  migrationsOf,
  type Outbox,
  type Pool,
} from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import { abandon, charge } from './charge.ts'
import { createPayment } from './create-payment.ts'
import type { PaymentsDeps } from './deps.ts'
import { forgetWebhooks } from './forget-webhooks.ts'
import { getPayments } from './get-payments.ts'
import { listRefunds } from './list-refunds.ts'
import { refundCancelledOrder } from './on-order-cancelled.ts'
import { createOpenedPayments } from './opened-payments.ts'
import { guarded, type Patience } from './provider/guarded.ts'
import type { PaymentProvider } from './provider/provider.ts'
import { receiveWebhook } from './receive-webhook.ts'
import { refundOrder } from './refund-order.ts'
import { refundPayment } from './refund-payment.ts'
import { retryRefund } from './retry-refund.ts'
import { paymentsRoutes } from './routes.ts'
import { createPostgresBooks } from './sandbox/postgres-books.ts'
import { remoteSandbox } from './sandbox/remote-sandbox.ts'
import { createSandbox, type Sandbox } from './sandbox/sandbox.ts'
import { sendRefunds } from './send-refunds.ts'
import { settle } from './settle.ts'
import { createStripe, type StripeSettings } from './stripe/stripe.ts'
import { readJournal, steerSandbox } from './use-sandbox.ts'

/** Who moves the money: the embedded sandbox, Stripe, or a provider of the deployable's own. */
export type ProviderSettings =
  | {
      readonly name: 'sandbox'
      /** Where it runs as a process of its own; without one it is embedded, its books in the database. */
      readonly url?: string
      /** Standard Webhooks secret, `whsec_...`; without one every message is refused. */
      readonly webhookSecret?: string
    }
  | ({ readonly name: 'stripe' } & StripeSettings)
  | PaymentProvider

/** What payments need from the deployable they run in. */
export interface PaymentsOptions {
  readonly pool: Pool
  readonly logger: Logger
  readonly settings: {
    /** ISO 4217 */
    readonly currency: string
    readonly provider: ProviderSettings
    /** How long calls to the provider may take: 2,500 ms a capture, 4,000 ms a refund, unless given. */
    readonly patience?: Partial<Patience>
  }
}

/** The payments domain, ready to be composed. Nothing happens before the host starts jobs and consumers. */
export interface Payments {
  readonly operations: Implementation<PaymentsContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly migrations: Migrations
}

/** Creates the payments domain. */
export const createPayments = ({ pool, logger, settings }: PaymentsOptions): Payments => {
  const database = createDatabase({ pool, schema: 'payments' })
  const outbox = createOutbox({ database, source: paymentsContract })
  const { provider, sandbox } = providerOf(settings.provider, database)
  const audit = createAuditTrail(database)
  const deps: PaymentsDeps = {
    database,
    outbox,
    audit,
    logger,
    opened: createOpenedPayments(),
    provider: guarded(provider, settings.patience),
    sandbox,
    settings,
    wakeRefunds: () => refunds.wake(),
  }
  const refunds = sendRefunds(deps)
  const operations = implement(paymentsContract, {
    createPayment: createPayment(deps),
    charge: charge(deps),
    abandon: abandon(deps),
    settle: settle(deps),
    refundPayment: refundPayment(deps),
    getPayments: getPayments(deps),
    refundOrder: refundOrder(deps),
    listRefunds: listRefunds(deps),
    retryRefund: retryRefund(deps),
    readJournal: readJournal(deps),
    steerSandbox: steerSandbox(deps),
    receiveWebhook: receiveWebhook(deps),
  })
  return {
    operations,
    routes: paymentsRoutes(operations, { sandbox: sandbox !== undefined }),
    consumers: [refundCancelledOrder(deps)],
    jobs: [refunds, forgetWebhooks(deps)],
    outbox,
    audit,
    migrations: migrationsOf('payments', import.meta.url),
  }
}

const providerOf = (
  settings: ProviderSettings,
  database: Database,
): { readonly provider: PaymentProvider; readonly sandbox?: Sandbox } => {
  if ('capture' in settings) return { provider: settings }
  if (settings.name === 'stripe') return { provider: createStripe(settings) }
  const { url, ...rest } = settings
  const sandbox =
    url === undefined
      ? createSandbox({ ...rest, books: createPostgresBooks(database) })
      : remoteSandbox({ ...rest, url })
  return { provider: sandbox.provider, sandbox }
}
