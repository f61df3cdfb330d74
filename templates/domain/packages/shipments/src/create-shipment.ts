import { type InputOf, newId, type TxContext } from '@plinth/kernel'
import type { Shipment, ShipmentsContract } from '@plinth/shipments-contract'
import { sql } from 'drizzle-orm'
import type { ShipmentsDeps } from './deps.ts'
import { ownerOf } from './owner.ts'
import { type ShipmentRow, showShipment } from './stored-shipment.ts'

/** Makes a shipment of the actor's. */
export const createShipment =
  ({ database }: ShipmentsDeps) =>
  async (context: TxContext, { title }: InputOf<ShipmentsContract, 'createShipment'>): Promise<Shipment> => {
    const [row] = await database.on(context).execute<ShipmentRow>(sql`
      insert into shipments.shipment (id, user_id, title)
      values (${newId<'Shipment'>()}, ${ownerOf(context)}, ${title}) returning id, title, created_at`)
    if (row === undefined) throw new Error('an insert returned no row')
    return showShipment(row)
  }
