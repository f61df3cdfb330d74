import { type CartContract, cartContract } from '@plinth/cart-contract'
import { type Implementation, implement } from '@plinth/kernel'
import { createDatabase, type Job, type Migrations, migrationsOf, type Pool } from '@plinth/postgres'
import type { FastifyInstance } from 'fastify'
import { addItem } from './add-item.ts'
import type { CartDeps } from './deps.ts'
import { forgetCheckouts } from './forget-checkouts.ts'
import { getCart } from './get-cart.ts'
import { readLines } from './read-lines.ts'
import { clearCart, removeItem } from './remove-item.ts'
import { returnLines } from './return-lines.ts'
import { cartRoutes } from './routes.ts'
import { setItem } from './set-item.ts'
import { takeLines } from './take-lines.ts'

/** What the cart needs from the deployable it runs in. */
export interface CartOptions {
  readonly pool: Pool
  readonly neighbours: CartDeps['neighbours']
  readonly settings: {
    /** ISO 4217 */
    readonly currency: string
  }
}

/** The cart domain, ready to be composed. Nothing happens before the host starts its jobs. */
export interface Cart {
  readonly operations: Implementation<CartContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly jobs: readonly Job[]
  readonly migrations: Migrations
}

/** Creates the cart domain. */
export const createCart = ({ pool, neighbours, settings }: CartOptions): Cart => {
  const deps: CartDeps = { database: createDatabase({ pool, schema: 'cart' }), neighbours, settings }
  const operations = implement(cartContract, {
    getCart: getCart(deps),
    addItem: addItem(deps),
    setItem: setItem(deps),
    removeItem: removeItem(deps),
    clearCart: clearCart(deps),
    readLines: readLines(deps),
    takeLines: takeLines(deps),
    returnLines: returnLines(deps),
  })
  return {
    operations,
    routes: cartRoutes(operations),
    jobs: [forgetCheckouts(deps)],
    migrations: migrationsOf('cart', import.meta.url),
  }
}
