import type { AuditTrail } from '@plinth/audit'
import type { Database, Outbox } from '@plinth/postgres'
import type { CatalogSettings } from './settings.ts'
import type { Shelf } from './shelf.ts'

/** What the use cases are made of. */
export interface Parts {
  readonly database: Database
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly shelf: Shelf
  readonly settings: CatalogSettings
}
