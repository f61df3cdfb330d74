import type { AuditTrail } from '@plinth/audit'
import type { Database, Outbox } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { OpenedPayments } from './opened-payments.ts'
import type { PaymentProvider } from './provider/provider.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

/** What every use case of payments needs. */
export interface PaymentsDeps {
  readonly database: Database
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly logger: Logger
  readonly opened: OpenedPayments
  readonly provider: PaymentProvider
  /** The sandbox behind the provider, where that is what it is. */
  readonly sandbox: Sandbox | undefined
  readonly settings: { readonly currency: string }
  /** Called once a refund is due. */
  readonly wakeRefunds: () => void
}
