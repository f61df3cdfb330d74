import { setTimeout as pause } from 'node:timers/promises'
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client'

/** A value for each label of a metric; `{}` where it has none. Labels take few values: no ids, no user text. */
export type Labels<Name extends string> = Readonly<Record<Name, string | number>>

/** Only goes up. */
export interface Counter<Name extends string = never> {
  inc(labels: Labels<Name>, by?: number): void
}

/** Goes up and down. */
export interface Gauge<Name extends string = never> {
  set(labels: Labels<Name>, value: number): void
  inc(labels: Labels<Name>, by?: number): void
  dec(labels: Labels<Name>, by?: number): void
}

/** Counts observations, in seconds where they are times, by size. */
export interface Histogram<Name extends string = never> {
  observe(labels: Labels<Name>, value: number): void
  /** Starts a clock; the function it returns stops it and observes the seconds that passed. */
  start(): (labels: Labels<Name>) => void
}

/** What a metric is called, and what it tells. */
export interface MetricOptions<Name extends string> {
  /** Without the registry's prefix, in snake_case, with its unit: `orders_placed_total`. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly Name[]
}

/** A gauge may be read when it is asked for, rather than set. */
export interface GaugeOptions<Name extends string> extends MetricOptions<Name> {
  /**
   * Sets the gauge whenever the metrics are read; an error leaves the value as it was, and so does what takes longer
   * than a second.
   */
  readonly collect?: (gauge: Gauge<Name>) => void | Promise<void>
}

/** A histogram may have buckets of its own. */
export interface HistogramOptions<Name extends string> extends MetricOptions<Name> {
  /** Upper bounds; times from 1 ms to 10 s unless given. */
  readonly buckets?: readonly number[]
}

/** What a package asks of metrics. Asking twice for the same name gives the same metric. */
export interface Metrics {
  counter<Name extends string = never>(options: MetricOptions<Name>): Counter<Name>
  gauge<Name extends string = never>(options: GaugeOptions<Name>): Gauge<Name>
  histogram<Name extends string = never>(options: HistogramOptions<Name>): Histogram<Name>
}

/** A process's metrics, with what a scrape needs. */
export interface MetricsRegistry extends Metrics {
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>
  /** The media type of `text()`. */
  readonly contentType: string
}

/** A registry of its own, with the process's default metrics unless `defaults` is false. */
export const createMetrics = ({ prefix = 'plinth_', defaults = true } = {}): MetricsRegistry => {
  const registry = new Registry()
  if (defaults) collectDefaultMetrics({ register: registry, prefix })
  const counters = new Map<string, PromCounter<string>>()
  const gauges = new Map<string, PromGauge<string>>()
  const histograms = new Map<string, PromHistogram<string>>()
  const collectors: (() => void | Promise<void>)[] = []
  let collecting: Promise<unknown> | undefined
  const settings = (options: MetricOptions<string>) => ({
    name: `${prefix}${options.name}`,
    help: options.help,
    labelNames: [...(options.labels ?? [])],
    registers: [registry],
  })
  return {
    counter(options) {
      const counter = reuse(counters, options.name, () => new PromCounter(settings(options)))
      return { inc: (labels, by = 1) => counter.inc(labels, by) }
    },
    gauge(options) {
      const inner = reuse(gauges, options.name, () => new PromGauge(settings(options)))
      const gauge: ReturnType<typeof this.gauge> = {
        set: (labels, value) => inner.set(labels, value),
        inc: (labels, by = 1) => inner.inc(labels, by),
        dec: (labels, by = 1) => inner.dec(labels, by),
      }
      const { collect } = options
      if (collect !== undefined) collectors.push(() => collect(gauge))
      return gauge
    },
    histogram(options) {
      const buckets = [...(options.buckets ?? secondsBuckets)]
      const histogram = reuse(
        histograms,
        options.name,
        () => new PromHistogram({ ...settings(options), buckets }),
      )
      return {
        observe: (labels, value) => histogram.observe(labels, value),
        start() {
          const stop = histogram.startTimer()
          return labels => void stop(labels)
        },
      }
    },
    async text() {
      collecting ??= Promise.allSettled(collectors.map(async collect => collect())).finally(() => {
        collecting = undefined
      })
      await Promise.race([collecting, pause(collectingMs, undefined, { ref: false })])
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

/** Counts nothing: for tests, and for packages that are used without metrics. */
export const silentMetrics: Metrics = {
  counter: () => ({ inc: () => undefined }),
  gauge: () => ({ set: () => undefined, inc: () => undefined, dec: () => undefined }),
  histogram: () => ({ observe: () => undefined, start: () => () => undefined }),
}

/** Whatever a collector waits for, those who watch the shop see the rest. */
const collectingMs = 1_000

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const reuse = <Metric>(known: Map<string, Metric>, name: string, create: () => Metric): Metric => {
  const metric = known.get(name) ?? create()
  known.set(name, metric)
  return metric
}
