import type { CartContract } from '@plinth/cart-contract'
import { actingAs, type Id, type InTx, type OutputOf, service, type TxContext } from '@plinth/kernel'
import type { OrdersDeps } from '../deps.ts'

type Deps = Pick<OrdersDeps, 'neighbours'>

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
