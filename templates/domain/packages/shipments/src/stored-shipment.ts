import type { Id } from '@plinth/kernel'
import type { Shipment } from '@plinth/shipments-contract'

/** A shipment as its row has it. */
export type ShipmentRow = {
  readonly id: Id<'Shipment'>
  readonly title: string
  readonly created_at: Date
}

/** A shipment as the world sees it. */
export const showShipment = ({ id, title, created_at }: ShipmentRow): Shipment => ({
  id,
  title,
  createdAt: created_at.toISOString(),
})
