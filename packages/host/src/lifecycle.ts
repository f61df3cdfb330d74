import type { Broker, Consumer, RunningConsumers } from '@plinth/messaging'
import { startConsumers } from '@plinth/messaging'
import { createDatabase, type Job, type Pool } from '@plinth/postgres'
import type { Logger, Metrics, Spans } from '@plinth/telemetry'
import closeWithGrace from 'close-with-grace'

/** What runs behind the requests of a deployable. */
export interface Background {
  readonly pool: Pool
  readonly broker: Broker
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly logger: Logger
  readonly metrics: Metrics
  readonly spans?: Spans | undefined
}

/** Starts consumers and jobs; disposing lets what they have in hand come to its end. */
export const startBackground = ({
  pool,
  broker,
  consumers,
  jobs,
  logger,
  metrics,
  spans,
}: Background): RunningConsumers => {
  const running = startConsumers({
    broker,
    consumers,
    databaseOf: domain => createDatabase({ pool, schema: domain }),
    logger,
    metrics,
    spans,
  })
  const started = jobs.map(job => job.start(logger))
  return {
    bound: running.bound,
    ready: running.ready,
    async [Symbol.asyncDispose]() {
      await Promise.all([running[Symbol.asyncDispose](), ...started.map(job => job[Symbol.asyncDispose]())])
    },
  }
}

/** Milliseconds from a signal until the process ends, come what may. */
const graceMs = 9_000

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Stops in an orderly way on SIGTERM, SIGINT and SIGHUP, and when something failed that nobody caught. A second
 * signal changes nothing: Ctrl+C reaches a process from its terminal and from who watches it.
 *
 * @param opening what is to be disposed of; what is told to end while it still opens ends once it has
 */
export const stopOnSignal = (logger: Logger, opening: PromiseLike<AsyncDisposable>): void => {
  const stop = () =>
    opening.then(
      open => open[Symbol.asyncDispose](),
      // Whoever opens it hears why it could not be opened.
      () => undefined,
    )
  const complain = { error: (err: unknown) => logger.error({ err }, 'could not stop in order') }
  const { close } = closeWithGrace(
    // What comes to its end by itself, refused before it opened, ends as it wants to.
    { delay: graceMs, logger: complain, skip: [...signals, 'beforeExit'] },
    async ({ err }) => {
      if (err !== undefined) logger.error({ err }, 'stopping after an error that nobody caught')
      await stop()
    },
  )
  let stopping = false
  for (const signal of signals)
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      logger.info({ signal }, 'stopping')
      void close()
    })
}
