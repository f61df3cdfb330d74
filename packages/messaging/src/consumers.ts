import { DeadlineExceeded, service } from '@plinth/kernel'
import { type Database, isPassing } from '@plinth/postgres'
import {
  childTraceparent,
  type Logger,
  type Metrics,
  type Spans,
  safeMessage,
  silentMetrics,
  traceLogFields,
  withLogFields,
} from '@plinth/telemetry'
import type { Broker, Delivery, Verdict } from './broker.ts'
import { type Consumer, type ReadEvent, Unreadable } from './consumer.ts'
import { type Handled, handleInOne, handleTogether, type PreparedEvent } from './handling.ts'
import { pruneInbox } from './prune.ts'

/** What {@link startConsumers} needs. */
export interface ConsumersOptions {
  readonly broker: Broker
  readonly consumers: readonly Consumer[]
  /** The database of a domain, for its inbox and its handlers' transactions. */
  readonly databaseOf: (domain: string) => Database
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Where each attempt is recorded, if anywhere. */
  readonly spans?: Spans | undefined
  /** How many events a consumer has in hand at a time; 16 unless given. */
  readonly concurrency?: number
  /** How long one attempt may take, in milliseconds; 20 s unless given. */
  readonly attemptMs?: number
}

/** Running consumers; disposing lets events in hand come to their end. */
export interface RunningConsumers extends AsyncDisposable {
  /**
   * Resolves when every queue is bound to its events: whatever a relay publishes from then on reaches them all, or
   * stays in its outbox.
   */
  readonly bound: Promise<void>
  /** Resolves when every queue stands and messages flow. */
  readonly ready: Promise<void>
}

/** Takes events for all consumers from the broker, and forgets long after which they have handled. Does not wait for it. */
export const startConsumers = (options: ConsumersOptions): RunningConsumers => {
  const { broker, consumers, concurrency, metrics = silentMetrics } = options
  const ended = metrics.counter({
    name: 'events_consumed_total',
    help: 'Attempts to handle an event, by how they ended',
    labels: ['consumer', 'outcome'],
  })
  const seconds = metrics.histogram({
    name: 'event_attempt_seconds',
    help: 'How long attempts to handle an event take',
    labels: ['consumer'],
  })
  const subscriptions = consumers.map(consumer => {
    const handle = handlingOf(consumer, options)
    const inHand = consumer.together ? lots.inHand : concurrency
    return broker.subscribe(
      { ...consumer, ...(inHand !== undefined && { concurrency: inHand }) },
      async delivery => {
        const stop = seconds.start()
        const { outcome, verdict } = await attempt(consumer, handle, delivery, options)
        stop({ consumer: consumer.queue })
        ended.inc({ consumer: consumer.queue, outcome })
        return verdict
      },
    )
  })
  const domains = new Set(consumers.map(consumer => consumer.domain))
  const pruning = [...domains].map(domain =>
    pruneInbox(domain, options.databaseOf(domain)).start(options.logger),
  )
  return {
    bound: Promise.all(subscriptions.map(({ bound }) => bound)).then(() => undefined),
    ready: Promise.all(subscriptions.map(({ ready }) => ready)).then(() => undefined),
    async [Symbol.asyncDispose]() {
      await Promise.all([...subscriptions, ...pruning].map(each => each[Symbol.asyncDispose]()))
    },
  }
}

type Handle = (event: PreparedEvent) => Promise<Handled>

/** How many events share a transaction, and how many a consumer has in hand, so that the next lot is there when one is done. */
const lots = { size: 32, inHand: 64 }

const handlingOf = (
  { queue, domain, together }: Consumer,
  { databaseOf, attemptMs = usualAttemptMs }: ConsumersOptions,
): Handle => {
  const database = databaseOf(domain)
  if (together)
    return handleTogether(events => handleInOne(database, queue, events), {
      size: lots.size,
      patienceMs: attemptMs,
    })
  return async event => {
    const [ending = 'handled'] = await handleInOne(database, queue, [event])
    return ending
  }
}

const usualAttemptMs = 20_000

interface Ending {
  readonly outcome: Verdict['kind'] | 'duplicate'
  readonly verdict: Verdict
}

const attempt = async (
  consumer: Consumer,
  handle: Handle,
  { event: envelope, attempt: number }: Delivery,
  { logger, spans, attemptMs = usualAttemptMs }: ConsumersOptions,
): Promise<Ending> => {
  const fields = { consumer: consumer.queue, attempt: number }
  let event: ReadEvent
  try {
    event = consumer.read(envelope)
  } catch (error) {
    logger.error({ ...fields, err: error }, 'a message cannot be read')
    return endedAs(error instanceof Unreadable ? 'refused' : 'failed', error)
  }
  const traceparent = childTraceparent(event.traceparent)
  const about = { ...fields, eventId: event.id, eventType: event.type }
  const logFields = { ...about, ...traceLogFields(traceparent) }
  const begun = performance.now()
  const ending = await withLogFields(logFields, async (): Promise<Ending> => {
    try {
      const outcome = await inTime(attemptMs, async deadline => {
        const prepared = await event.prepare({ actor: service(consumer.domain), traceparent, ...deadline })
        return handle({ ...prepared, effect: inTx => withLogFields(logFields, () => prepared.effect(inTx)) })
      })
      return { outcome, verdict: { kind: 'handled' } }
    } catch (error) {
      // Something is away or slow: not the event's fault, so the attempt does not count.
      const kind = isPassing(error) ? 'postponed' : 'failed'
      logger.warn({ err: error }, kind === 'postponed' ? 'an event has to wait' : 'an event was not handled')
      return endedAs(kind, error)
    }
  })
  spans?.record({
    name: `process ${event.type}`,
    kind: 'consumer',
    traceparent,
    parent: event.traceparent,
    ms: performance.now() - begun,
    failed: ending.verdict.kind === 'failed',
    attributes: {
      'messaging.destination.name': consumer.queue,
      'messaging.message.id': event.id,
      'messaging.operation.type': 'process',
    },
  })
  return ending
}

/** A handler that does not keep to its deadline is left behind; the inbox keeps its effect single. */
const inTime = async <T>(
  ms: number,
  work: (context: { readonly deadline: number; readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const controller = new AbortController()
  const timer = setTimeout(() => {
    const late = DeadlineExceeded('the attempt took too long')
    controller.abort(late)
    reject(late)
  }, ms)
  try {
    return await Promise.race([work({ deadline: Date.now() + ms, signal: controller.signal }), promise])
  } finally {
    clearTimeout(timer)
  }
}

const endedAs = (kind: 'failed' | 'postponed' | 'refused', error: unknown): Ending => ({
  outcome: kind,
  verdict: { kind, error: safeMessage(error) },
})
