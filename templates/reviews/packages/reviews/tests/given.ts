import { type Id, local, NotFound, newId, permissionsOf, type User } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import { type Order, ordersContract } from '@plinth/orders-contract'
import { connectPostgres, migrate, migrationsOf } from '@plinth/postgres'
import { reviewsContract } from '@plinth/reviews-contract'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { createReviews } from '../src/index.ts'

/** Somebody who is signed in. */
export const aUser = (roles: readonly string[] = ['user']): User => ({
  kind: 'user',
  id: newId<'User'>(),
  roles,
  permissions: permissionsOf(roles, Object.values(reviewsContract.permissions)),
})

/** Reviews by themselves, beside orders of the test's own, over a database in which they have their own role alone. */
export const givenReviews = async () => {
  const migrations = [migrationsOf('reviews', import.meta.url), migrationsOf('gateway', import.meta.url)]
  const own = await createTestDatabase({
    name: 'reviews',
    migrate: {
      key: 'reviews',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
  const pool = connectPostgres({ url: own.url, role: 'plinth_reviews', logger: silentLogger })
  const books = createBooks()
  const reviews = createReviews({ pool, neighbours: { orders: books.orders } })
  return {
    url: own.url,
    reviews,
    call: local(reviewsContract, reviews.operations, { strict: true }),
    bought: books.add,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenReviews}. */
export type Given = Awaited<ReturnType<typeof givenReviews>>

/** Orders of the test's own; each is its buyer's to see. */
const createBooks = () => {
  const books = new Map<string, { readonly buyer: string; readonly order: Order }>()
  return {
    orders: fake(ordersContract, {
      getOrder: async ({ actor }, { orderId }) => {
        const entry = books.get(orderId)
        if (entry === undefined || actor.kind !== 'user' || entry.buyer !== actor.id) throw NotFound()
        return entry.order
      },
    }),
    /** Somebody has bought something. */
    add: (buyer: User, status: Order['status'] = 'paid') => {
      const bought = { orderId: newId<'Order'>(), productId: newId<'Product'>() }
      books.set(bought.orderId, { buyer: buyer.id, order: orderOf(bought, status) })
      return bought
    },
  }
}

const orderOf = (
  { orderId, productId }: { readonly orderId: Id<'Order'>; readonly productId: Id<'Product'> },
  status: Order['status'],
): Order => {
  const price = { amount: 4900, currency: 'USD' }
  const line = {
    ...{ variantId: newId<'Variant'>(), productId, sellerId: newId<'User'>(), sku: 'LINEN-M' },
    ...{ title: 'Linen shirt, M', quantity: 1, unitPrice: price, lineTotal: price },
  }
  return {
    ...{ id: orderId, number: '100042', status, lines: [line], subtotal: price, total: price },
    shippingAddress: {
      ...{ name: 'Ada Moreau', line1: '12 St James Square', city: 'London' },
      ...{ postalCode: 'SW1Y 4JH', country: 'GB' },
    },
    payment: {
      ...{ id: newId<'Payment'>(), provider: 'sandbox', status: 'captured', amount: price },
      refunded: { amount: 0, currency: 'USD' },
    },
    ...{ placedAt: '2026-11-23T08:00:00.000Z', cancelledAt: null, history: [] },
  }
}
