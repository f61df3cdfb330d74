import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const value = z.object({ stringValue: z.string().optional(), intValue: z.number().optional() })
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .transform(all =>
    Object.fromEntries(all.map(each => [each.key, each.value.stringValue ?? each.value.intValue])),
  )
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes,
  status: z.object({ code: z.number() }),
})
const request = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
})

/** A span as OTLP has it, with the name of the service that sent it. */
export type CollectedSpan = z.output<typeof span> & { readonly service: string | number | undefined }

/** A collector of traces in memory. */
export type TraceCollector = AsyncDisposable & {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  /** What was sent, as it was sent: one JSON text a request. */
  texts(): readonly string[]
  spans(): readonly CollectedSpan[]
  /** From now on it answers with this status, or not at all. */
  failWith(fault: number | 'hang' | undefined): void
}

/** Starts a collector that takes OTLP/HTTP in JSON on a free port of 127.0.0.1. */
export const startTraceCollector = async (): Promise<TraceCollector> => {
  const texts: string[] = []
  const spans: CollectedSpan[] = []
  let fault: number | 'hang' | undefined
  const server = createServer(async (incoming, response) => {
    const body: unknown = await json(incoming)
    if (fault === 'hang') return
    if (fault !== undefined) return response.writeHead(fault).end()
    if (incoming.url !== '/v1/traces' || incoming.method !== 'POST') return response.writeHead(404).end()
    texts.push(JSON.stringify(body))
    for (const { resource, scopeSpans } of request.parse(body).resourceSpans) {
      const service = resource.attributes['service.name']
      spans.push(...scopeSpans.flatMap(scope => scope.spans.map(each => ({ ...each, service }))))
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the collector has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    texts: () => texts,
    spans: () => spans,
    failWith(next) {
      fault = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
