import { type AuditTrail, createAuditTrail } from '@plinth/audit'
import { type Implementation, implement, isDetached } from '@plinth/kernel'
import type { Consumer } from '@plinth/messaging'
import { type OrdersContract, ordersContract } from '@plinth/orders-contract'
import {
  createDatabase,
  createOutbox,
  type Job,
  type Migrations,
  migrationsOf,
  type Outbox,
  type Pool,
} from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import { createBegunCheckouts, giveUpCheckouts } from './begun-checkout.ts'
import { cancelOrder } from './cancel-order.ts'
import { checkout } from './checkout.ts'
import { findKey } from './claim-key.ts'
import type { OrdersDeps, OrdersSettings } from './deps.ts'
import { forgetKeys } from './forget-keys.ts'
import { fulfil } from './fulfil.ts'
import { getOrder } from './get-order.ts'
import { listAllOrders, listOrders } from './list-orders.ts'
import type { OrdersNeighbours } from './neighbours/needs.ts'
import { createSoldOut } from './neighbours/sold-out.ts'
import { ordersRoutes } from './routes.ts'
import { getSale, listSales } from './sales.ts'
import { settleOpenPayments } from './settle-open-payments.ts'
import { writeMove } from './write-move.ts'

/** What orders need from the deployable they run in. */
export interface OrdersOptions {
  readonly pool: Pool
  readonly logger: Logger
  /** A neighbour that is `detached` does not join the transaction of a checkout: what it did is then undone by itself. */
  readonly neighbours: OrdersNeighbours
  readonly settings: OrdersSettings
}

/** The orders domain, ready to be composed. Nothing happens before the host starts its jobs. */
export interface Orders {
  readonly operations: Implementation<OrdersContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly migrations: Migrations
}

/** Creates the orders domain. */
export const createOrders = ({ pool, logger, neighbours, settings }: OrdersOptions): Orders => {
  const database = createDatabase({ pool, schema: 'orders' })
  const outbox = createOutbox({ database, source: ordersContract })
  const audit = createAuditTrail(database)
  const deps: OrdersDeps = {
    database,
    outbox,
    audit,
    logger,
    neighbours,
    begun: createBegunCheckouts(database),
    findKey: findKey({ database, settings }),
    writeMove: writeMove({ database, outbox }),
    detached: Object.values(neighbours).some(isDetached),
    settings,
    soldOut: createSoldOut(),
    wakeSettling: () => settling.wake(),
  }
  const settling = settleOpenPayments(deps)
  const operations = implement(ordersContract, {
    checkout: checkout(deps),
    listOrders: listOrders(deps),
    getOrder: getOrder(deps),
    cancelOrder: cancelOrder(deps),
    listAllOrders: listAllOrders(deps),
    listSales: listSales(deps),
    getSale: getSale(deps),
    fulfil: fulfil(deps),
  })
  return {
    operations,
    routes: ordersRoutes(operations),
    consumers: [],
    jobs: [settling, forgetKeys(deps), giveUpCheckouts(deps)],
    outbox,
    audit,
    migrations: migrationsOf('orders', import.meta.url),
  }
}
