import type { CatalogContract } from '@plinth/catalog-contract'
import { ContractError, type InputOf, type InTx, type TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { type Allocation, allocate, type LockedVariant, type Refusal, wantedOf } from './allocate-stock.ts'
import type { Parts } from './parts.ts'
import { findReservations, type Reservation, reservedLine, wasReleased } from './reservation.ts'
import { announceStockLow } from './stock-low.ts'

type Request = InputOf<CatalogContract, 'reserveStock'>

/**
 * Holds stock for an order: all of it or none. Called again for the same order it gives the first answer
 * again, whatever has become of the hold; only an order whose stock was released is refused, so that a
 * reservation that arrives after its own release holds nothing.
 *
 * All who ask at once are served together, in the order in which they came: what many of them want is locked once, and
 * for no longer than for one.
 */
export const reserveStock = (parts: Parts) => {
  const lots = inLots({
    nameOf: ({ orderId }: Request) => orderId,
    work: (context, requests) => reserveAll(parts, context, requests),
  })
  return async (context: TxContext, request: Request): Promise<Reservation> => {
    const outcome = await lots(context, request)
    if (outcome instanceof ContractError) throw outcome
    return outcome
  }
}

const reserveAll = (
  parts: Parts,
  context: TxContext,
  requests: readonly Request[],
): Promise<(Reservation | ContractError)[]> =>
  parts.database.transaction(context, async inTx => {
    const variants = await lockVariants(parts, inTx, requests)
    const allocations = allocate(variants, requests)
    const expiries = await hold(parts, inTx, allocations.filter(isAllocation))
    const held = allocations.filter(isAllocation).filter(({ orderId }) => expiries.has(orderId))
    await tellOfWhatIsLeft(parts, inTx, variants, held)
    const repeated = requests.map(({ orderId }) => orderId).filter(orderId => !expiries.has(orderId))
    const earlier = await findReservations(parts.database, inTx, repeated)
    return requests.map(({ orderId, lines }, at) => {
      const before = earlier.get(orderId)
      if (before !== undefined) return before.status === 'released' ? wasReleased(lines) : before.reservation
      const [allocation, expiresAt] = [allocations[at], expiries.get(orderId)]
      if (allocation !== undefined && !isAllocation(allocation)) return allocation.refusal
      if (allocation === undefined || expiresAt === undefined)
        throw new Error(`the reservation of order ${orderId} is neither new nor there`)
      return { expiresAt: expiresAt.toISOString(), lines: allocation.lines.map(reservedLine) }
    })
  })

const isAllocation = (found: Allocation | Refusal): found is Allocation => 'lines' in found

/**
 * Variants are locked in the order of their ids, here as everywhere, so that orders for the same things in opposite
 * order wait for each other instead of for ever; once locked, what is read of them is their latest state. Of what is
 * plainly too little for anybody no lock is taken, so that whoever comes after the last unit was sold does not stand in
 * line for it.
 */
const lockVariants = ({ database }: Parts, context: InTx, requests: readonly Request[]) => {
  const wanted = [...leastWanted(requests)].map(([id, least]) => ({ id, least }))
  return database.on(context).execute<LockedVariant>(sql`
    with wanted as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as _ (id uuid, least int)
    ), seen as materialized (
      select v.id, v.product_id, p.seller_id, v.sku, concat_ws(', ', p.title, nullif(v.title, '')) as title, v.price,
             v.currency, v.active and p.status = 'published' as for_sale, v.on_hand - v.reserved as available,
             wanted.least
        from wanted
        join catalog.variant v on v.id = wanted.id
        join catalog.product p on p.id = v.product_id
    ), locked as (
      select v.id, v.price, v.on_hand - v.reserved as available, v.active as for_sale
        from catalog.variant v
       where v.id in (select id from seen where available >= least)
       order by v.id
         for no key update
    )
    select seen.id as "variantId", seen.product_id as "productId", seen.seller_id as "sellerId", seen.sku, seen.title,
           coalesce(locked.price, seen.price) as price, seen.currency,
           seen.for_sale and coalesce(locked.for_sale, true) as "forSale",
           coalesce(locked.available, seen.available) as available
      from seen left join locked on locked.id = seen.id`)
}

/** The least that an order wants of each variant. */
const leastWanted = (requests: readonly Request[]): ReadonlyMap<LockedVariant['variantId'], number> => {
  const least = new Map<LockedVariant['variantId'], number>()
  for (const { lines } of requests)
    for (const [variantId, quantity] of wantedOf(lines))
      least.set(variantId, Math.min(least.get(variantId) ?? quantity, quantity))
  return least
}

/**
 * Writes down what orders hold, and until when. An order that has a reservation already is left out, and nothing happens
 * for it. The variants were locked by a statement before this one, which so adds to their latest state.
 */
const hold = async (
  { database, settings }: Parts,
  context: InTx,
  allocations: readonly Allocation[],
): Promise<ReadonlyMap<Request['orderId'], Date>> => {
  if (allocations.length === 0) return new Map()
  const lines = allocations.flatMap(({ orderId, lines: own }) =>
    own.map((line, at) => ({ ...line, orderId, position: at + 1 })),
  )
  const rows = await database.on(context).execute<{ orderId: Request['orderId']; expiresAt: Date }>(sql`
    with line as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as _ (
        "orderId" uuid, position int, "variantId" uuid, "productId" uuid, "sellerId" uuid, sku text, title text,
        quantity int, price bigint, currency text
      )
    ), claimed as (
      insert into catalog.reservation (order_id, status, expires_at)
      select order_id, 'open', clock_timestamp() + make_interval(secs => ${settings.reservationTtlSeconds})
        from (select distinct "orderId" as order_id from line) _
       order by order_id
          on conflict do nothing
      returning order_id, expires_at
    ), noted as (
      insert into catalog.reservation_line
        (order_id, position, variant_id, product_id, seller_id, sku, title, quantity, unit_price, currency)
      select "orderId", position, "variantId", "productId", "sellerId", sku, title, quantity, price, currency
        from line join claimed on claimed.order_id = line."orderId"
    ), held as (
      update catalog.variant v set reserved = v.reserved + taken.quantity
        from (
          select "variantId" as id, sum(quantity)::int as quantity
            from line join claimed on claimed.order_id = line."orderId"
           group by "variantId"
        ) taken
       where v.id = taken.id
    )
    select order_id as "orderId", expires_at as "expiresAt" from claimed`)
  return new Map(rows.map(({ orderId, expiresAt }) => [orderId, expiresAt]))
}

/** The shelf is to show it, and sellers are to hear of what runs out. */
const tellOfWhatIsLeft = async (
  parts: Parts,
  context: InTx,
  variants: readonly LockedVariant[],
  held: readonly Allocation[],
): Promise<void> => {
  const sums = wantedOf(held.flatMap(({ lines }) => lines))
  const taken = variants.flatMap(variant => {
    const quantity = sums.get(variant.variantId)
    return quantity === undefined
      ? []
      : [{ ...variant, available: variant.available - quantity, taken: quantity }]
  })
  const isSoldOut = taken.some(({ available }) => available === 0)
  parts.shelf.forget(
    context,
    taken.map(({ productId }) => productId),
    isSoldOut ? 'lists too' : 'not the lists',
  )
  await announceStockLow(parts, context, taken)
}
