import { money } from '@plinth/kernel'
import { z } from 'zod'

const orderContent = z.object({
  number: z.string(),
  total: money,
  lines: z.array(z.object({ title: z.string(), quantity: z.int(), lineTotal: money })),
})

const refundContent = z.object({ orderNumber: z.string(), amount: money })

/** What the mail of each type is about: the part of the event that the mail tells of. */
export const contents = {
  welcome: z.object({}),
  password_reset: z.object({}),
  order_placed: orderContent,
  order_cancelled: orderContent.extend({ reason: z.string().nullable(), wasPaid: z.boolean() }),
  refund_done: refundContent,
  refund_failed: refundContent.extend({
    refundId: z.string(),
    orderId: z.string(),
    attempts: z.int(),
    lastError: z.string(),
  }),
} as const

/** See {@link contents}. */
export type Contents = { readonly [Type in keyof typeof contents]: z.infer<(typeof contents)[Type]> }
