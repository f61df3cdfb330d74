import {
  type CatalogContract,
  catalogContract,
  InsufficientStock,
  ItemUnavailable,
} from '@plinth/catalog-contract'
import { type Colocated, type Id, type InputOf, moneyOf, type OutputOf, times } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

type Line = { variantId: Id<'Variant'>; quantity: number }
type Variant = {
  id: Id<'Variant'>
  product_id: Id<'Product'>
  seller_id: Id<'User'>
  sku: string
  price: number
  available: number
}

/** A catalog that keeps to its contract, and nothing more. */
export const fakeCatalog = (database: Database): Colocated<CatalogContract> => {
  const turns = new WeakMap<object, Promise<unknown>>()
  /** One after the other in one transaction: what one has read the next would take, too. */
  const inTurn = <T>({ tx }: Context, work: () => Promise<T>): Promise<T> => {
    if (tx === undefined) return work()
    const done = (turns.get(tx) ?? Promise.resolve()).then(work, work)
    turns.set(tx, done)
    return done
  }
  return fake(catalogContract, {
    reserveStock: (context, request) => inTurn(context, () => reserve(database, context, request)),
    async sellStock(context, { orderId }) {
      const [held] = await database
        .on(context)
        .execute<{ status: string; lines: Line[] }>(
          sql`select status, lines from neighbour.hold where order_id = ${orderId} for update`,
        )
      if (held === undefined) return { outcome: 'gone' }
      if (held.status === 'open') await settle(database, context, orderId, 'sold')
      return { outcome: held.status === 'open' || held.status === 'sold' ? 'sold' : 'gone' }
    },
    async releaseStock(context, { orderId }) {
      await settle(database, context, orderId, 'released')
      return undefined
    },
  })
}

type Context = Parameters<Database['on']>[0]

const reserve = async (
  database: Database,
  context: Context,
  { orderId, lines }: InputOf<CatalogContract, 'reserveStock'>,
): Promise<OutputOf<CatalogContract, 'reserveStock'>> => {
  const ids = lines.map(line => line.variantId)
  const variants = await database.on(context).execute<Variant>(sql`
        select id, product_id, seller_id, sku, price, on_hand - reserved as available from neighbour.variant
         where id = any(${sql.param(ids)}::uuid[]) order by id for update`)
  const byId = new Map(variants.map(variant => [variant.id, variant]))
  const short = lines
    .map(({ variantId, quantity }) => ({
      variantId,
      requested: quantity,
      available: byId.get(variantId)?.available ?? 0,
    }))
    .filter(({ requested, available }) => requested > available)
  if (lines.some(line => !byId.has(line.variantId))) throw ItemUnavailable({ lines: short })
  if (short.length > 0) throw InsufficientStock({ lines: short })
  await hold(database, context, orderId, lines)
  return {
    expiresAt: new Date(Date.now() + 900_000).toISOString(),
    lines: lines.flatMap(({ variantId, quantity }) => {
      const variant = byId.get(variantId)
      if (variant === undefined) return []
      const { product_id: productId, seller_id: sellerId, sku } = variant
      const unitPrice = moneyOf(variant.price, 'USD')
      const lineTotal = times(unitPrice, quantity)
      return {
        variantId,
        productId,
        sellerId,
        sku,
        title: `Shirt ${sku}`,
        quantity,
        unitPrice,
        lineTotal,
      }
    }),
  }
}

const hold = async (database: Database, context: Context, orderId: Id<'Order'>, lines: readonly Line[]) => {
  await database.on(context).execute(sql`
    insert into neighbour.hold (order_id, lines) values (${orderId}, ${JSON.stringify(lines)})`)
  await database.on(context).execute(sql`
    update neighbour.variant v set reserved = reserved + l.quantity
      from jsonb_to_recordset(${JSON.stringify(lines)}) as l("variantId" uuid, quantity int) where v.id = l."variantId"`)
}

/** Ends a hold that is open: what was reserved is free again, and gone from the shelf if it was sold. */
export const settle = async (
  database: Database,
  context: Context,
  orderId: string,
  status: 'sold' | 'released' | 'expired',
) => {
  await database.on(context).execute(sql`
    with ended as (
      update neighbour.hold set status = ${status} where order_id = ${orderId} and status = 'open' returning lines
    )
    update neighbour.variant v
       set reserved = reserved - l.quantity, on_hand = on_hand - case when ${status} = 'sold' then l.quantity else 0 end
      from ended, jsonb_to_recordset(ended.lines) as l("variantId" uuid, quantity int) where v.id = l."variantId"`)
}
