import {
  defineContract,
  idOf,
  ifMatch,
  line,
  money,
  NotFound,
  operation,
  pageOf,
  pageRequest,
  timestamp,
} from '@plinth/kernel'
import { z } from 'zod'
import * as errors from './errors.ts'
import { cancelled, fulfilled, placed } from './events.ts'
import { order, orderId, orderStatus, shippingAddress } from './order.ts'
import { ordersPermissions as can } from './permissions.ts'
import { sale } from './sale.ts'

const oneOrder = z.strictObject({ orderId })
const byStatus = z.strictObject({ ...pageRequest.shape, status: orderStatus.optional() })

/** What a client sends to check out. */
export const checkoutRequest = z
  .strictObject({
    shippingAddress,
    payment: z.strictObject({ provider: line(50), token: line(500) }),
    expectedTotal: money.optional().meta({ description: 'Refuse unless the total is this' }),
  })
  .meta({
    id: 'CheckoutRequest',
    examples: [
      {
        shippingAddress: {
          name: 'Ada Lovelace',
          line1: '12 St James Square',
          city: 'London',
          postalCode: 'SW1Y 4JH',
          country: 'GB',
        },
        payment: { provider: 'sandbox', token: 'tok_approved' },
      },
    ],
  })

/** All that the world knows of orders. */
export const ordersContract = defineContract({
  name: 'orders',
  permissions: can,
  events: { placed, cancelled, fulfilled },
  operations: {
    /**
     * Needs `context.idempotencyKey`: the same user and key mean the same order, however often it is
     * called. `repeated` says that the order was there before this call. `payment_unavailable` frees the key.
     */
    checkout: operation({
      summary: 'Turn the cart into a paid order',
      input: checkoutRequest,
      output: z.strictObject({
        outcome: z.enum(['paid', 'declined', 'pending']),
        repeated: z.boolean(),
        order,
      }),
      errors: [
        errors.CartEmpty,
        errors.InsufficientStock,
        errors.ItemUnavailable,
        errors.TooManyOpenOrders,
        errors.PriceChanged,
        errors.PaymentUnavailable,
        errors.IdempotencyKeyReused,
      ],
      idempotent: true,
      access: [can.placeOwn],
    }),
    listOrders: operation({
      summary: 'List the own orders, newest first',
      input: byStatus,
      output: pageOf(order),
      idempotent: true,
      access: [can.readOwn],
    }),
    getOrder: operation({
      summary: 'See an order',
      input: oneOrder,
      output: order,
      errors: [NotFound],
      idempotent: true,
      access: [can.readOwn, can.readAny],
    }),
    cancelOrder: operation({
      summary: 'Cancel an order: the stock returns and the refund follows by itself',
      input: z.strictObject({ orderId, reason: line(500).optional(), ifMatch: ifMatch.optional() }),
      output: order,
      errors: [NotFound, errors.NotCancellable],
      idempotent: true,
      access: [can.cancelOwn, can.cancelAny],
    }),
    listAllOrders: operation({
      summary: 'List all orders, newest first',
      input: z.strictObject({
        ...byStatus.shape,
        userId: idOf('User').optional(),
        from: timestamp.optional(),
        to: timestamp.optional(),
      }),
      output: pageOf(order),
      idempotent: true,
      access: [can.readAny],
    }),
    listSales: operation({
      summary: 'List orders of the own products, newest first',
      input: byStatus,
      output: pageOf(sale),
      idempotent: true,
      access: [can.sellOwn],
    }),
    getSale: operation({
      summary: 'See the own part of an order',
      input: oneOrder,
      output: sale,
      errors: [NotFound],
      idempotent: true,
      access: [can.sellOwn],
    }),
    fulfil: operation({
      summary: 'Mark the own lines of an order as fulfilled',
      input: oneOrder,
      output: sale,
      errors: [NotFound, errors.NotFulfillable],
      idempotent: true,
      access: [can.sellOwn],
    }),
  },
})

/** See {@link ordersContract}. */
export type OrdersContract = typeof ordersContract
