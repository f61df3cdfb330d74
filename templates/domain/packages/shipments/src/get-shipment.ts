import { type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import type { Shipment, ShipmentsContract } from '@plinth/shipments-contract'
import { sql } from 'drizzle-orm'
import type { ShipmentsDeps } from './deps.ts'
import { ownerOf } from './owner.ts'
import { type ShipmentRow, showShipment } from './stored-shipment.ts'

/** One of the actor's shipments; somebody else's is not found. */
export const getShipment =
  ({ database }: ShipmentsDeps) =>
  async (
    context: TxContext,
    { shipmentId }: InputOf<ShipmentsContract, 'getShipment'>,
  ): Promise<Shipment> => {
    const [row] = await database.on(context).execute<ShipmentRow>(sql`
      select id, title, created_at from shipments.shipment
       where id = ${shipmentId} and user_id = ${ownerOf(context)}`)
    if (row === undefined) throw NotFound()
    return showShipment(row)
  }
