import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Logger } from './logger.ts'
import type { Span, Spans } from './spans.ts'
import { parseTraceparent, type TraceContext } from './traceparent.ts'

/** Where spans go, and whose they are. */
export interface OtlpOptions {
  /** The base URL of a collector, as in `OTEL_EXPORTER_OTLP_ENDPOINT`; spans go to `/v1/traces` below it. */
  readonly endpoint: string
  /** `service.name` */
  readonly service: string
  readonly logger: Logger
}

/**
 * Sends spans to a collector over OTLP/HTTP, in batches, a second after they ended. Nothing waits for it: while the
 * collector is away some are kept, later ones are dropped, and that is logged once. Headers come from
 * `OTEL_EXPORTER_OTLP_HEADERS`. Disposing sends what is left, for two seconds at most.
 */
export const exportSpans = ({ endpoint, service, logger }: OtlpOptions): Spans & AsyncDisposable => {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: 5_000 })
  const resource = resourceFromAttributes({ 'service.name': service })
  let away = false
  const processor = new BatchSpanProcessor({
    exporter: {
      export: (batch, done) =>
        exporter.export(batch, result => {
          if (result.error === undefined) away = false
          else if (!away) {
            away = true
            logger.warn({ err: result.error }, 'the collector does not take spans')
          }
          done(result)
        }),
      shutdown: () => exporter.shutdown(),
    },
    scheduledDelayMillis: 1_000,
    maxQueueSize: 8_192,
    maxExportBatchSize: 512,
    exportTimeoutMillis: 6_000,
  })
  return {
    record(span) {
      const own = parseTraceparent(span.traceparent)
      if (own?.sampled === true) processor.onEnd(readable(span, own, resource))
    },
    async [Symbol.asyncDispose]() {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, 2_000)
      await Promise.race([processor.shutdown().catch(() => undefined), late])
      clearTimeout(timer)
    },
  }
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const

/** The span as the exporter reads it: it ended now. */
const readable = (span: Span, own: TraceContext, resource: ReadableSpan['resource']): ReadableSpan => {
  const parent = parseTraceparent(span.parent)
  const end = performance.timeOrigin + performance.now()
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => contextOf(own),
    ...(parent?.traceId === own.traceId && { parentSpanContext: contextOf(parent) }),
    startTime: secondsOf(end - span.ms),
    endTime: secondsOf(end),
    duration: secondsOf(span.ms),
    ended: true,
    status: { code: span.failed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: span.attributes,
    ...{ links: [], events: [], resource, instrumentationScope: { name: 'plinth' } },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  }
}

const contextOf = ({ traceId, parentId }: TraceContext) => ({
  traceId,
  spanId: parentId,
  traceFlags: TraceFlags.SAMPLED,
})

/** Seconds, and nanoseconds of the next one. */
const secondsOf = (ms: number): [number, number] => {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}
