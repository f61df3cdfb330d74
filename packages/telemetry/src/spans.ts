/** A piece of work that has just ended, as a part of a trace. */
export interface Span {
  /** What was done, not on whose behalf: `GET /v1/orders/{orderId}`. Few different ones. */
  readonly name: string
  readonly kind: 'server' | 'client' | 'consumer' | 'internal'
  /** Its own, which also says whether the trace is recorded at all. */
  readonly traceparent: string
  /** The `traceparent` of what it is a part of; it begins its trace where that is missing or invalid. */
  readonly parent: string | undefined
  /** Milliseconds that it took. */
  readonly ms: number
  readonly failed: boolean
  /** By the names of OpenTelemetry's semantic conventions. Nothing that people typed, nothing secret. */
  readonly attributes: Readonly<Record<string, string | number>>
}

/** Takes the spans of a process. Who records none has none: where it is undefined nothing is measured either. */
export interface Spans {
  record(span: Span): void
}
