import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { type Shipment, type ShipmentsContract, shipmentId } from '@plinth/shipments-contract'
import { sql } from 'drizzle-orm'
import type { ShipmentsDeps } from './deps.ts'
import { ownerOf } from './owner.ts'
import { type ShipmentRow, showShipment } from './stored-shipment.ts'

const cursors = cursorsFor('shipments', shipmentId)

/** The actor's shipments, newest first. */
export const listShipments =
  ({ database }: ShipmentsDeps) =>
  async (
    context: TxContext,
    { limit, cursor }: InputOf<ShipmentsContract, 'listShipments'>,
  ): Promise<Page<Shipment>> => {
    const query = { user: ownerOf(context) }
    const after = cursors.read(cursor, query)
    const rows = await database.on(context).execute<ShipmentRow>(sql`
      select id, title, created_at from shipments.shipment
       where user_id = ${query.user} ${after === undefined ? sql`` : sql`and id < ${after}`}
       order by id desc limit ${limit + 1}`)
    return pageFrom(rows, limit, showShipment, ({ id }) => cursors.write(id, query))
  }
