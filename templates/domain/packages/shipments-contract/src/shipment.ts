import { idOf, line, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a shipment. */
export const shipmentId = idOf('Shipment')

/** What a client sends to make a shipment. */
export const newShipment = z
  .strictObject({ title: line(200) })
  .meta({ id: 'NewShipment', examples: [{ title: 'The first' }] })

/** A shipment. */
export const shipment = z
  .strictObject({ id: shipmentId, title: z.string(), createdAt: timestamp })
  .meta({ id: 'Shipment' })

/** See {@link shipment}. */
export type Shipment = z.infer<typeof shipment>
