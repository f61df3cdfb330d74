import { type CallContext, Unavailable } from '@plinth/kernel'
import type { CheckoutKey } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import { readLines } from './neighbours/cart.ts'

/**
 * Throws `insufficient_stock` where what is in the cart was not there a moment ago, unless the key has an order: then
 * this is its repeat, whatever is in the cart by now.
 */
export const refuseSoldOut = async (
  deps: OrdersDeps,
  context: CallContext,
  key: CheckoutKey,
): Promise<void> => {
  if (!deps.soldOut.any) return
  const lines = await readLines(deps, context, key.userId)
  try {
    deps.soldOut.admit(lines)
  } catch (refusal) {
    if ((await deps.findKey(context, key)) !== undefined) return
    // Their own last try may be what holds it.
    throw deps.detached && (await deps.begun.isAnyLeft(context, key.userId)) ? Unavailable() : refusal
  }
}
