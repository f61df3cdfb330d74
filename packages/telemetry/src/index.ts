export type { ErrorDescription } from './describe-error.ts'
export { describeError, safeMessage } from './describe-error.ts'
export type { LogFields, Tally } from './log-fields.ts'
export { logFields, tally, withLogFields } from './log-fields.ts'
export type { Logger, LoggerOptions, LogLevel, LogMethod, ServiceLogger } from './logger.ts'
export { createLogger, silentLogger } from './logger.ts'
export type {
  Counter,
  Gauge,
  GaugeOptions,
  Histogram,
  HistogramOptions,
  Labels,
  MetricOptions,
  Metrics,
  MetricsRegistry,
} from './metrics.ts'
export { createMetrics, silentMetrics } from './metrics.ts'
export type { Span, Spans } from './spans.ts'
export type { TraceContext } from './traceparent.ts'
export { childTraceparent, newTraceparent, parseTraceparent, traceLogFields } from './traceparent.ts'
