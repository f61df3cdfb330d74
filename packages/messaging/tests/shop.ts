import { type CallContext, contextOf, defineContract, event, type InTx, service } from '@plinth/kernel'
import { createDatabase, createOutbox, type Pool } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { z } from 'zod'

/** A small domain that announces what happens to orders. */
export const ordersContract = defineContract({
  name: 'orders',
  operations: {},
  events: {
    cancelled: event('orders.cancelled', {
      summary: 'An order was cancelled',
      data: z.object({ orderId: z.string(), note: z.string() }),
      example: { orderId: 'o-1', note: 'changed my mind' },
      mandatory: true,
    }),
    viewed: event('orders.viewed', {
      summary: 'Somebody looked at an order',
      data: z.object({ orderId: z.string() }),
      example: { orderId: 'o-1' },
    }),
  },
  permissions: {},
})

/** Orders on one side, payments on the other. */
export const shopOn = (pool: Pool) => {
  const orders = createDatabase({ pool, schema: 'orders' })
  const payments = createDatabase({ pool, schema: 'payments' })
  const outbox = createOutbox({ database: orders, source: ordersContract })
  const context: CallContext = contextOf(service('orders'))
  return {
    outbox,
    payments,
    databaseOf: (domain: string) => createDatabase({ pool, schema: domain }),

    /** Forgets everything. */
    clear: async (): Promise<void> => {
      await orders
        .on(context)
        .execute(sql`truncate orders.outbox, orders.inbox, payments.inbox, payments.refund`)
    },

    /** Cancels orders in one transaction; gives the ids of the events. */
    cancel: (
      orderIds: readonly string[],
      more: Partial<CallContext> = {},
      note = 'cancelled',
    ): Promise<string[]> =>
      orders.transaction({ ...context, ...more }, inTx =>
        outbox.appendAll(
          inTx,
          orderIds.map(orderId => ({
            event: ordersContract.events.cancelled,
            subject: orderId,
            data: { orderId, note },
          })),
        ),
      ),

    /** The effect of payments' consumer. */
    refund: async (inTx: InTx, orderId: string, note = ''): Promise<void> => {
      await payments
        .on(inTx)
        .execute(sql`insert into payments.refund (order_id, note) values (${orderId}, ${note})`)
    },

    /** Orders refunded so far, in the order of their ids. */
    refunded: async (): Promise<string[]> => {
      const rows = await payments
        .on(context)
        .execute<{ order_id: string }>(sql`select order_id from payments.refund order by order_id`)
      return rows.map(row => row.order_id)
    },

    /** Rows of the outbox that are not sent yet. */
    unsent: () =>
      orders
        .on(context)
        .execute<{ id: string; last_error: string | null; attempts: number }>(
          sql`select id, last_error, attempts from orders.outbox where sent_at is null order by id`,
        ),
  }
}
