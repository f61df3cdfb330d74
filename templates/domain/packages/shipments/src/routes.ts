import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import { type ShipmentsContract, shipment, shipmentId, shipmentsContract } from '@plinth/shipments-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = shipmentsContract
const tag = 'Shipments'

/** The public routes of shipments: a Fastify plugin for a gateway of @plinth/http. */
export const shipmentsRoutes =
  (operations: Implementation<ShipmentsContract>) =>
  async (app: FastifyInstance): Promise<void> => {
    route(app, {
      method: 'GET',
      path: '/v1/shipments',
      id: 'listShipments',
      tag,
      operation: contract.listShipments,
      query: z.strictObject(pageQuery),
      responses: { 200: pageOf(shipment) },
      handle: async ({ context, query }) => ({
        status: 200,
        body: await operations.listShipments(context, query),
      }),
    })
    route(app, {
      method: 'POST',
      path: '/v1/shipments',
      id: 'createShipment',
      tag,
      operation: contract.createShipment,
      body: contract.createShipment.input,
      responses: { 201: shipment },
      idempotency: 'accepted',
      handle: async ({ context, body }) => ({
        status: 201,
        body: await operations.createShipment(context, body),
      }),
    })
    route(app, {
      method: 'GET',
      path: '/v1/shipments/:shipmentId',
      id: 'getShipment',
      tag,
      operation: contract.getShipment,
      params: z.strictObject({ shipmentId }),
      responses: { 200: shipment },
      etag: true,
      handle: async ({ context, params }) => ({
        status: 200,
        body: await operations.getShipment(context, params),
      }),
    })
  }
