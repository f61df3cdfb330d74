import { cartContract } from '@plinth/cart-contract'
import {
  contextOf,
  detached,
  type Id,
  type InTx,
  local,
  newId,
  permissionsOf,
  service,
  type TxContext,
  type User,
} from '@plinth/kernel'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { type SQL, sql } from 'drizzle-orm'
import { createCart } from '../src/index.ts'
import { createShelf } from './shelf.ts'

/** A buyer; each has a cart of their own. */
export const aBuyer = (): User & { readonly id: Id<'User'> } => ({
  kind: 'user',
  id: newId<'User'>(),
  roles: ['user'],
  permissions: permissionsOf(['user'], Object.values(cartContract.permissions)),
})

/** The rest of the shop. */
export const internal = contextOf(service('orders'))

/** Carts by themselves, beside a shelf of the test's own, over a database in which they have their own role alone. */
export const givenCarts = async () => {
  const migrations = [migrationsOf('cart', import.meta.url), migrationsOf('gateway', import.meta.url)]
  const own = await createTestDatabase({
    name: 'cart',
    migrate: {
      key: 'cart',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
  const pool = connectPostgres({
    url: own.url,
    role: 'plinth_cart',
    acquireTimeoutMs: 10_000,
    logger: silentLogger,
  })
  const shelf = createShelf()
  const carts = createCart({ pool, neighbours: { catalog: shelf.catalog }, settings: { currency: 'USD' } })
  const call = local(cartContract, carts.operations, { strict: true })
  const database = createDatabase({ pool, schema: 'cart' })
  return {
    url: own.url,
    carts,
    call,
    /** Calls that commit by themselves, as those of a neighbour elsewhere. */
    apart: detached(cartContract, call),
    shelf,
    rows: <Row extends Record<string, unknown>>(query: SQL, context: TxContext = internal) =>
      database.on(context).execute<Row>(query),
    inTransaction: <T>(work: (context: InTx) => Promise<T>) => database.transaction(internal, work),
    /** Somebody with so many of variants of their own in the cart: by default one line of 1. */
    async filled(...quantities: number[]) {
      const buyer = aBuyer()
      const context = contextOf(buyer)
      const lines = []
      for (const quantity of quantities.length === 0 ? [1] : quantities) {
        const { variantId } = shelf.put()
        await call.addItem(context, { variantId, quantity })
        lines.push({ variantId, quantity })
      }
      return { buyer, context, lines }
    },
    /** Variants and quantities in somebody's cart, in order. */
    async linesOf(userId: string) {
      return database.on(internal).execute<{ variantId: Id<'Variant'>; quantity: number }>(sql`
        select variant_id as "variantId", quantity from cart.cart_line join cart.cart on cart.id = cart_id
         where user_id = ${userId} order by position`)
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenCarts}. */
export type Given = Awaited<ReturnType<typeof givenCarts>>
