import { type Implementation, implement } from '@plinth/kernel'
import { createDatabase, type Job, type Migrations, migrationsOf, type Pool } from '@plinth/postgres'
import { type ShipmentsContract, shipmentsContract } from '@plinth/shipments-contract'
import type { FastifyInstance } from 'fastify'
import { createShipment } from './create-shipment.ts'
import type { ShipmentsDeps } from './deps.ts'
import { getShipment } from './get-shipment.ts'
import { listShipments } from './list-shipments.ts'
import { shipmentsRoutes } from './routes.ts'

/** What shipments need from the deployable they run in. */
export interface ShipmentsOptions {
  readonly pool: Pool
}

/** The shipments domain, ready to be composed. Nothing happens before the host starts its jobs. */
export interface Shipments {
  readonly operations: Implementation<ShipmentsContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly jobs: readonly Job[]
  readonly migrations: Migrations
}

/** Creates the shipments domain. */
export const createShipments = ({ pool }: ShipmentsOptions): Shipments => {
  const deps: ShipmentsDeps = { database: createDatabase({ pool, schema: 'shipments' }) }
  const operations = implement(shipmentsContract, {
    createShipment: createShipment(deps),
    getShipment: getShipment(deps),
    listShipments: listShipments(deps),
  })
  return {
    operations,
    routes: shipmentsRoutes(operations),
    jobs: [],
    migrations: migrationsOf('shipments', import.meta.url),
  }
}
