import { contracts } from '@plinth/host'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { asyncApiOf } from './asyncapi.ts'

const document = z
  .object({
    channels: z.record(z.string(), z.object({ address: z.string() })),
    components: z.object({
      messages: z.record(
        z.string(),
        z.object({
          payload: z.object({ properties: z.object({ data: z.record(z.string(), z.unknown()) }) }),
          examples: z.array(z.object({ payload: z.object({ data: z.unknown() }) })).min(1),
        }),
      ),
    }),
  })
  .parse(asyncApiOf(contracts, 'plinth.events'))

describe('the AsyncAPI document', () => {
  it('has a channel for each event there is', () => {
    expect(
      Object.values(document.channels)
        .map(({ address }) => address)
        .sort(),
    ).toEqual([
      'catalog.product-changed',
      'catalog.stock-low',
      'orders.cancelled',
      'orders.fulfilled',
      'orders.placed',
      'payments.captured',
      'payments.refund-failed',
      'payments.refunded',
      'users.password-reset-requested',
      'users.registered',
    ])
  })

  it('gives each event an example that fits its schema', () => {
    for (const { payload, examples } of Object.values(document.components.messages)) {
      const schema = z.fromJSONSchema(payload.properties.data)
      for (const example of examples) expect(schema.safeParse(example.payload.data).error).toBeUndefined()
    }
  })
})
