import { type CollectedSpan, eventually, startTraceCollector, type TraceCollector } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GivenShop, givenShop } from './given-shop.ts'
import { signUp } from './people.ts'
import { buy, offer } from './shopping.ts'

let collector: TraceCollector
let shop: GivenShop
beforeAll(async () => {
  collector = await startTraceCollector()
  shop = await givenShop({}, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
})
afterAll(async () => {
  await shop?.[Symbol.asyncDispose]()
  await collector[Symbol.asyncDispose]()
})

const found = (fits: (span: CollectedSpan) => boolean) =>
  eventually(() => collector.spans().find(fits) ?? false, { within: 30_000 })
const of = (trace: CollectedSpan) => collector.spans().filter(({ traceId }) => traceId === trace.traceId)

describe('a trace', () => {
  test('goes on where whoever asks began it, and says by which route and with what statements', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
    await fetch(`${shop.url}/v1/products?q=nightingale`, { headers })
    const server = await found(({ traceId: id, kind }) => id === traceId && kind === 2)
    expect(server).toMatchObject({
      service: 'plinth',
      name: 'GET /v1/products',
      parentSpanId: '00f067aa0ba902b7',
      attributes: { 'http.route': '/v1/products', 'http.response.status_code': 200 },
    })
    expect(of(server).length).toBeLessThan(20)
    expect(JSON.stringify(of(server))).not.toContain('nightingale')
  })

  test('leads from an order to all that is done because of it', async () => {
    const buyer = await signUp(shop.url, 'Ada Moreau')
    const order = await buy(buyer, await offer(shop.seller))
    const checkout = await found(({ name }) => name === 'POST /v1/checkout')
    const consumed = await found(
      ({ traceId, name }) => traceId === checkout.traceId && name === 'process orders.placed',
    )
    await found(({ parentSpanId }) => parentSpanId === consumed.spanId)
    // Everything hangs together: each is part of another one, but for the request itself. Parts end before their whole.
    const trace = await eventually(
      () => {
        const spans = of(checkout)
        const ids = new Set(spans.map(({ spanId }) => spanId))
        expect(ids.size).toBe(spans.length)
        const loose = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
        expect(loose.map(({ name }) => name)).toEqual(['POST /v1/checkout'])
        return spans
      },
      { within: 30_000 },
    )
    const transaction = { name: 'transaction orders', parentSpanId: checkout.spanId }
    expect(trace).toContainEqual(expect.objectContaining(transaction))
    expect(JSON.stringify(trace)).not.toContain(order.id)
  })
})
