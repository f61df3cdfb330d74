import { defineContract, NotFound, operation, pageOf, pageRequest } from '@plinth/kernel'
import { z } from 'zod'
import { shipmentsPermissions as can } from './permissions.ts'
import { newShipment, shipment, shipmentId } from './shipment.ts'

/** All that the world knows of shipments. */
export const shipmentsContract = defineContract({
  name: 'shipments',
  permissions: can,
  events: {},
  operations: {
    createShipment: operation({
      summary: 'Make a shipment',
      input: newShipment,
      output: shipment,
      access: [can.useOwn],
    }),
    getShipment: operation({
      summary: 'See one of the own shipments',
      input: z.strictObject({ shipmentId }),
      output: shipment,
      errors: [NotFound],
      idempotent: true,
      access: [can.useOwn],
    }),
    listShipments: operation({
      summary: 'List the own shipments, newest first',
      input: pageRequest,
      output: pageOf(shipment),
      idempotent: true,
      access: [can.useOwn],
    }),
  },
})

/** See {@link shipmentsContract}. */
export type ShipmentsContract = typeof shipmentsContract
