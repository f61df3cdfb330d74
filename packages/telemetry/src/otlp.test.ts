import { eventually, startTraceCollector, type TraceCollector } from '@plinth/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from './logger.ts'
import { exportSpans } from './otlp.ts'
import type { Span } from './spans.ts'

let collector: TraceCollector
/** What was logged. */
let lines: string[]
beforeEach(async () => {
  collector = await startTraceCollector()
  lines = []
})
afterEach(() => collector[Symbol.asyncDispose]())

const start = (endpoint = collector.url) => {
  const logger = createLogger({
    level: 'warn',
    service: 'test',
    destination: { write: (line: string) => void lines.push(line) },
  })
  return exportSpans({ endpoint, service: 'plinth-test', logger })
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const span: Span = {
  name: 'GET /v1/things/{id}',
  kind: 'server',
  traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  parent: `00-${traceId}-b7ad6b7169203331-01`,
  ms: 12.5,
  failed: false,
  attributes: { 'http.route': '/v1/things/{id}', 'http.response.status_code': 200 },
}

describe('a span', () => {
  it('arrives at the collector as what it is, a moment later', async () => {
    await using spans = start()
    const before = Date.now()
    spans.record(span)
    const [sent] = await eventually(() => collector.spans().length > 0 && collector.spans(), {
      within: 15_000,
    })
    expect(sent).toMatchObject({
      service: 'plinth-test',
      traceId,
      spanId: '00f067aa0ba902b7',
      parentSpanId: 'b7ad6b7169203331',
      name: 'GET /v1/things/{id}',
      kind: 2,
      attributes: span.attributes,
      status: { code: 0 },
    })
    const [began, ended] = [BigInt(sent?.startTimeUnixNano ?? 0), BigInt(sent?.endTimeUnixNano ?? 0)]
    expect(Number(ended - began) / 1e6).toBeCloseTo(12.5, 2)
    expect(Math.abs(Number(ended / 1_000_000n) - before)).toBeLessThan(2_000)
  })

  it('that failed says so', async () => {
    await using spans = start()
    spans.record({ ...span, failed: true })
    const [sent] = await eventually(() => collector.spans().length > 0 && collector.spans(), {
      within: 15_000,
    })
    expect(sent?.status).toEqual({ code: 2 })
  })

  it('without a parent in its trace begins it', async () => {
    const spans = start(`${collector.url}/`)
    for (const parent of [undefined, 'not a traceparent', `00-${'a'.repeat(32)}-b7ad6b7169203331-01`])
      spans.record({ ...span, parent })
    await spans[Symbol.asyncDispose]()
    expect(collector.spans().map(({ parentSpanId }) => parentSpanId)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('is not recorded where whoever began the trace does not want it to be', async () => {
    const spans = start()
    spans.record({ ...span, traceparent: `00-${traceId}-00f067aa0ba902b7-00` })
    spans.record({ ...span, name: 'wanted' })
    await spans[Symbol.asyncDispose]()
    expect(collector.spans().map(({ name }) => name)).toEqual(['wanted'])
  })

  it('that has just ended is sent before the process does', async () => {
    const spans = start()
    for (let n = 0; n < 2000; n += 1) spans.record(span)
    await spans[Symbol.asyncDispose]()
    expect(collector.spans()).toHaveLength(2000)
  })
})

describe('a collector that is away', () => {
  it.each(['hang', 400, 'down'] as const)('holds nobody up (%s), and is told of once', async fault => {
    if (fault === 'down') await collector[Symbol.asyncDispose]()
    else collector.failWith(fault)
    const spans = start()
    const begun = performance.now()
    for (let n = 0; n < 20_000; n += 1) spans.record(span)
    expect(performance.now() - begun).toBeLessThan(2_000)
    if (fault === 400) await eventually(() => expect(lines).toHaveLength(1), { within: 20_000 })
    await spans[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(25_000)
    expect(lines.length).toBeLessThanOrEqual(1)
    if (fault === 'down') collector = await startTraceCollector()
  })
})
