import type { CatalogContract } from '@plinth/catalog-contract'
import {
  type CallContext,
  contextOf,
  type Id,
  type InputOf,
  type InTx,
  isDetached,
  type Money,
  newId,
  type OutputOf,
  service,
  sum,
  Unavailable,
} from '@plinth/kernel'
import { CartEmpty, type OrdersContract, PriceChanged } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import { type BegunCheckout, giveUp, goOn } from './begun-checkout.ts'
import { type CheckoutKey, claimKey } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import { takeLines } from './neighbours/cart.ts'
import { isOutOfStock, reserveStock } from './neighbours/catalog.ts'
import { createPayment } from './neighbours/payments.ts'
import type { OrderAndPayment } from './order-view.ts'
import { refuseSoldOut } from './refuse-sold-out.ts'
import type { StoredOrder } from './stored-order.ts'

type Request = InputOf<OrdersContract, 'checkout'>

/**
 * The first half of a checkout, all of it or nothing: the key is claimed, the cart moves into the order,
 * its stock is held, its payment noted down. Undefined when the key has an order already.
 */
export const openOrder = (
  deps: OrdersDeps,
  context: CallContext,
  key: CheckoutKey,
  request: Request,
): Promise<OrderAndPayment | undefined> =>
  deps.enter(context, async () => {
    // Not before the own turn: who had to wait for it may have come too late by then.
    await refuseSoldOut(deps, context, key)
    return openAtOnce(deps, context, key, request)
  })

const openAtOnce = async (
  deps: OrdersDeps,
  context: CallContext,
  key: CheckoutKey,
  request: Request,
): Promise<OrderAndPayment | undefined> => {
  const begun = { orderId: newId<'Order'>(), paymentId: newId<'Payment'>(), userId: key.userId }
  const attempt: Attempt = { begun, hasAsked: false }
  // However late it is: what is not known to be written down cannot be taken away again.
  if (deps.detached) await deps.begun.begin(contextOf(service('orders')), begun)
  try {
    return await deps.database.transaction(context, inTx => open(deps, inTx, attempt, key, request))
  } catch (error) {
    if (deps.detached) await (attempt.hasAsked ? giveUp(deps, context, begun) : forget(deps, begun))
    if (error === keyHasOrder) return undefined
    throw error
  }
}

interface Attempt {
  readonly begun: BegunCheckout
  /** Whether anybody was asked for anything who does not roll back. */
  hasAsked: boolean
}

/** However long somebody has waited: it is one note the less to be looked into. */
const forget = async (deps: OrdersDeps, begun: BegunCheckout): Promise<void> => {
  await deps.begun.forget(contextOf(service('orders')), begun).catch((err: unknown) => {
    deps.logger.warn(
      { err, orderId: begun.orderId },
      'a checkout that was begun for nothing is given up later',
    )
  })
}

const open = async (
  deps: OrdersDeps,
  context: InTx,
  attempt: Attempt,
  key: CheckoutKey,
  request: Request,
): Promise<OrderAndPayment> => {
  const { orderId, paymentId } = attempt.begun
  const claiming = claimKey(deps, context, key, orderId)
  // A cart that takes part in the transaction is emptied in the same round trip: for nothing, where the key has an
  // order. One that does not is asked only when it is sure.
  if (deps.detached && (await claiming) === undefined) throw keyHasOrder
  const othersLeft = deps.detached && (await goOn(deps, context, attempt.begun))
  attempt.hasAsked = isDetached(deps.neighbours.cart)
  const [number, wanted] = await Promise.all([claiming, takeLines(deps, context, key.userId, orderId)])
  if (number === undefined) throw keyHasOrder
  // What another checkout of theirs took is on its way back: whoever comes again finds it.
  if (wanted.length === 0) throw othersLeft ? Unavailable() : CartEmpty()
  const { lines } = await hold(deps, context, attempt, wanted).catch((error: unknown) => {
    throw othersLeft && isOutOfStock(error) ? Unavailable(undefined, { cause: error }) : error
  })
  const total = totalOf(lines)
  assertExpected(request.expectedTotal, total)
  const draft = { id: orderId, number, userId: key.userId, total, paymentId, lines }
  const [order, payment] = await Promise.all([
    insertOrder(deps, context, draft, request.shippingAddress),
    createPayment(deps, context, {
      paymentId,
      orderId,
      orderNumber: String(number),
      userId: key.userId,
      amount: total,
      ...request.payment,
    }),
  ])
  return { order, payment }
}

const hold = async (
  deps: OrdersDeps,
  context: InTx,
  attempt: Attempt,
  lines: InputOf<CatalogContract, 'reserveStock'>['lines'],
): Promise<OutputOf<CatalogContract, 'reserveStock'>> => {
  // Known by now, where this waited for a connection while others bought the last of it.
  deps.soldOut.assertNoneOf(lines)
  const asked = attempt.hasAsked
  attempt.hasAsked = true
  return reserveStock(deps, context, { orderId: attempt.begun.orderId, lines }).catch((error: unknown) => {
    deps.soldOut.note(error)
    // That is an answer: nothing is held.
    if (isOutOfStock(error)) attempt.hasAsked = asked
    throw error
  })
}

/** Rolls back what was done for an order that there is already. */
const keyHasOrder = new Error('the key has an order')

type ReservedLine = OutputOf<CatalogContract, 'reserveStock'>['lines'][number]

interface Draft {
  readonly id: Id<'Order'>
  readonly number: number
  readonly userId: Id<'User'>
  readonly total: Money
  readonly paymentId: Id<'Payment'>
  readonly lines: readonly ReservedLine[]
}

/** All lines are in the store's one currency; a sum of several currencies throws. */
const totalOf = (lines: readonly ReservedLine[]): Money => {
  const [first] = lines
  if (first === undefined) throw new Error('a reservation without lines')
  return sum(
    lines.map(line => line.lineTotal),
    first.lineTotal.currency,
  )
}

const assertExpected = (expectedTotal: Money | undefined, total: Money) => {
  if (expectedTotal === undefined) return
  if (expectedTotal.amount === total.amount && expectedTotal.currency === total.currency) return
  throw PriceChanged({ expectedTotal, total })
}

const insertOrder = async (
  { database }: OrdersDeps,
  context: InTx,
  { id, number, userId, total, paymentId, lines }: Draft,
  shippingAddress: Request['shippingAddress'],
): Promise<StoredOrder> => {
  const stored = lines.map(({ variantId, productId, sellerId, sku, title, quantity, unitPrice }) => {
    const line = { variantId, productId, sellerId, sku, title, quantity, unitPrice: unitPrice.amount }
    return { ...line, status: 'open' as const }
  })
  const [placed] = await database.on(context).execute<{ at: Date }>(sql`
    with placed as (
      insert into orders.order (id, number, user_id, total, currency, shipping_address, payment_id)
      values (${id}, ${number}, ${userId}, ${total.amount}, ${total.currency},
              ${JSON.stringify(shippingAddress)}, ${paymentId})
      returning id, status, placed_at
    ), line as (
      insert into orders.order_line
        (order_id, variant_id, position, product_id, seller_id, sku, title, quantity, unit_price)
      select placed.id, variant_id, position, product_id, seller_id, sku, title, quantity, unit_price
        from placed, rows from (jsonb_to_recordset(${JSON.stringify(stored)}) as (
          "variantId" uuid, "productId" uuid, "sellerId" uuid, sku text, title text, quantity int,
          "unitPrice" bigint
        )) with ordinality
          as line (variant_id, product_id, seller_id, sku, title, quantity, unit_price, position)
    )
    insert into orders.order_history (order_id, status, at, made_by)
    select id, status, placed_at, ${userId} from placed
    returning at`)
  if (placed === undefined) throw new Error('an insert returned no row')
  const { at } = placed
  const history = { status: 'pending_payment' as const, at: at.toISOString(), by: userId, reason: null }
  return {
    id,
    number: String(number),
    userId,
    status: 'pending_payment',
    lines: stored,
    total,
    shippingAddress,
    paymentId,
    paymentOutcome: null,
    placedAt: at,
    paidAt: null,
    cancelledAt: null,
    history: [history],
  }
}
