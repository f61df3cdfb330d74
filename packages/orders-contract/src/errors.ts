import { declareError, idOf, money } from '@plinth/kernel'
import { z } from 'zod'

/** There is nothing to buy. */
export const CartEmpty = declareError('cart_empty', { kind: 'conflict', description: 'The cart is empty.' })

const lines = z.array(z.strictObject({ variantId: idOf('Variant'), requested: z.int(), available: z.int() }))

/** The same refusal that the catalog gives, as checkout passes it on. */
export const InsufficientStock = declareError('insufficient_stock', {
  kind: 'conflict',
  description: 'There is not enough in stock.',
  details: z.strictObject({ lines }),
})

/** The same refusal that the catalog gives, as checkout passes it on. */
export const ItemUnavailable = declareError('item_unavailable', {
  kind: 'conflict',
  description: 'Something in the cart can no longer be bought.',
  details: z.strictObject({ lines }),
})

/** The user has as many orders that wait for their payment as anybody may: each holds stock. */
export const TooManyOpenOrders = declareError('too_many_open_orders', {
  kind: 'conflict',
  description: 'Too many of your orders are waiting for their payment. Once one is settled, try again.',
  details: z.strictObject({ limit: z.int() }),
})

/** The total is not what the client expected. */
export const PriceChanged = declareError('price_changed', {
  kind: 'conflict',
  description: 'The total is not what you expected.',
  details: z.strictObject({ expectedTotal: money, total: money }),
})

/** The provider said no; the order failed, nothing is reserved, the cart is as before. */
export const PaymentDeclined = declareError('payment_declined', {
  kind: 'payment_required',
  description: 'The payment was declined.',
  details: z.strictObject({ orderId: idOf('Order') }),
})

/** The provider has certainly not charged; nothing is reserved, the cart is as before. */
export const PaymentUnavailable = declareError('payment_unavailable', {
  kind: 'unavailable',
  description: 'The payment provider is not available right now. Nothing was charged.',
})

/** Too late: something is fulfilled, or the order failed. */
export const NotCancellable = declareError('not_cancellable', {
  kind: 'conflict',
  description: 'This order can no longer be cancelled.',
})

/** Only what is paid can be fulfilled. */
export const NotFulfillable = declareError('not_fulfillable', {
  kind: 'conflict',
  description: 'This order cannot be fulfilled as it stands.',
})

/** The idempotency key was used for another checkout. */
export const IdempotencyKeyReused = declareError('idempotency_key_reused', {
  kind: 'unprocessable',
  description: 'This Idempotency-Key was used with another request.',
})
