import type { Database } from '@plinth/postgres'

/** What every use case of shipments needs. */
export interface ShipmentsDeps {
  readonly database: Database
}
