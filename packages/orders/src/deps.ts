import type { AuditTrail } from '@plinth/audit'
import type { Database, Outbox } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { BegunCheckouts } from './begun-checkout.ts'
import type { FindKey } from './claim-key.ts'
import type { OrdersNeighbours } from './neighbours/needs.ts'
import type { SoldOut } from './neighbours/sold-out.ts'
import type { WriteMove } from './write-move.ts'

/** What a deployable decides about orders. */
export interface OrdersSettings {
  /**
   * How long, in seconds, an order may wait for its payment: as long as the catalog holds its stock. After
   * that the payment is called off.
   */
  readonly reservationTtlSeconds: number
  /** How many orders of one user may wait for their payment at a time: each holds stock. */
  readonly maxOpenOrders: number
  /** The name of the payment provider: an order that names another is malformed before anything is looked at. */
  readonly paymentProvider: string
}

/** What every use case of orders needs. */
export interface OrdersDeps {
  readonly database: Database
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly logger: Logger
  readonly neighbours: OrdersNeighbours
  readonly settings: OrdersSettings
  readonly begun: BegunCheckouts
  readonly findKey: FindKey
  readonly writeMove: WriteMove
  /** Whether neighbours do not join our transactions, so that we have to undo what they did for us. */
  readonly detached: boolean
  readonly soldOut: SoldOut
  /** Has open payments looked at now. */
  readonly wakeSettling: () => void
}
