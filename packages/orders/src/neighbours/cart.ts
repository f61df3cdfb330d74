import type { CartContract } from '@plinth/cart-contract'
import {
  actingAs,
  type CallContext,
  type Id,
  type InTx,
  type OutputOf,
  service,
  type TxContext,
} from '@plinth/kernel'
import type { OrdersDeps } from '../deps.ts'

type Deps = Pick<OrdersDeps, 'neighbours'>

/** What is in a user's cart at this moment. */
export const readLines = (
  { neighbours }: Deps,
  context: CallContext,
  userId: Id<'User'>,
): Promise<OutputOf<CartContract, 'readLines'>> =>
  neighbours.cart.readLines(actingAs(context, service('orders')), { userId })

/** Moves the lines of a user's cart into the order; none where the cart is empty. */
export const takeLines = (
  { neighbours }: Deps,
  context: InTx,
  userId: Id<'User'>,
  orderId: Id<'Order'>,
): Promise<OutputOf<CartContract, 'takeLines'>> =>
  neighbours.cart.takeLines(actingAs(context, service('orders')), { userId, orderId })

/** Puts what the order took back into the cart, once. */
export const returnLines = (
  { neighbours }: Deps,
  context: TxContext,
  orderId: Id<'Order'>,
): Promise<undefined> => neighbours.cart.returnLines(actingAs(context, service('orders')), { orderId })
