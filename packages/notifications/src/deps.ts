import type { Database } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { NotificationsNeighbours } from './neighbours/needs.ts'
import type { GuardedTransport } from './smtp/guarded.ts'

/** What every use case of notifications needs. */
export interface NotificationsDeps {
  readonly database: Database
  readonly logger: Logger
  readonly transport: GuardedTransport
  readonly neighbours: NotificationsNeighbours
  readonly settings: MailSettings & { readonly sendingMs: number }
  /** Called once a mail is due. */
  readonly wakeSending: () => void
}

/** How the shop's mails look from outside. */
export interface MailSettings {
  /** `Name <address>` of every mail's sender. */
  readonly from: string
  /** Where links lead. */
  readonly publicUrl: string
}
