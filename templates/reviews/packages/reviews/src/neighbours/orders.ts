import { actingAs, type Id, NotFound, type TxContext, type User, withoutTx } from '@plinth/kernel'
import { ordersPermissions } from '@plinth/orders-contract'
import type { ReviewsDeps } from '../deps.ts'

/** Whether a product is in a paid order of somebody's. */
export const hasBought = async (
  { neighbours }: Pick<ReviewsDeps, 'neighbours'>,
  context: TxContext,
  buyer: User,
  { orderId, productId }: { readonly orderId: Id<'Order'>; readonly productId: Id<'Product'> },
): Promise<boolean> => {
  // As the buyer and no more: an admin could see the orders of others, too.
  const asked = actingAs(withoutTx(context), { ...buyer, permissions: [ordersPermissions.readOwn.name] })
  try {
    const { status, lines } = await neighbours.orders.getOrder(asked, { orderId })
    return ['paid', 'fulfilled'].includes(status) && lines.some(line => line.productId === productId)
  } catch (error) {
    if (NotFound.is(error)) return false
    throw error
  }
}
