import { type Implementation, implement } from '@plinth/kernel'
import type { Consumer } from '@plinth/messaging'
import { type PaymentsContract, paymentsContract } from '@plinth/payments-contract'
import {
  createDatabase,
  createOutbox,
  type Job,
  type Migrations,
  migrationsOf,
  type Outbox,
  type Pool,
} from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import { abandon, charge } from './charge.ts'
import { createPayment } from './create-payment.ts'
import type { PaymentsDeps } from './deps.ts'
import { getPayments } from './get-payments.ts'
import { listRefunds } from './list-refunds.ts'
import { refundCancelledOrder } from './on-order-cancelled.ts'
import { guarded } from './provider/guarded.ts'
import { receiveWebhook } from './receive-webhook.ts'
import { refundOrder } from './refund-order.ts'
import { refundPayment } from './refund-payment.ts'
import { retryRefund } from './retry-refund.ts'
import { createSandbox } from './sandbox/sandbox.ts'
import { sendRefunds } from './send-refunds.ts'
import { settle } from './settle.ts'
import { createStripe, type StripeSettings } from './stripe/stripe.ts'
import { readJournal, steerSandbox } from './use-sandbox.ts'

/** Who moves the money. */
export type ProviderSettings =
  | { readonly name: 'sandbox'; readonly webhookSecret?: string }
  | ({ readonly name: 'stripe' } & StripeSettings)

/** What payments need from the deployable they run in. */
export interface PaymentsOptions {
  readonly pool: Pool
  readonly logger: Logger
  readonly settings: {
    /** ISO 4217 */
    readonly currency: string
    readonly provider: ProviderSettings
  }
}

/** The payments domain, ready to be composed. Nothing happens before the host starts jobs and consumers. */
export interface Payments {
  readonly operations: Implementation<PaymentsContract>
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly outbox: Outbox
  readonly migrations: Migrations
}

/** Creates the payments domain. */
export const createPayments = ({ pool, logger, settings }: PaymentsOptions): Payments => {
  const database = createDatabase({ pool, schema: 'payments' })
  const outbox = createOutbox({ database, source: paymentsContract })
  const sandbox =
    settings.provider.name === 'sandbox' ? createSandbox({ database, ...settings.provider }) : undefined
  const provider = settings.provider.name === 'stripe' ? createStripe(settings.provider) : sandbox?.provider
  if (provider === undefined) throw new Error('there is no payment provider')
  const deps: PaymentsDeps = {
    database,
    outbox,
    logger,
    provider: guarded(provider),
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
    consumers: [refundCancelledOrder(deps)],
    jobs: [refunds],
    outbox,
    migrations: migrationsOf('payments', import.meta.url),
  }
}
