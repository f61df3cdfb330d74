import { createJob, type Outbox, type OutboxRow } from '@plinth/postgres'
import { type Logger, type Metrics, safeMessage, silentMetrics } from '@plinth/telemetry'
import type { Broker, Message, Outcome } from './broker.ts'
import { pruneOutbox } from './prune.ts'
import { relayMetrics } from './relay-metrics.ts'

/** What {@link createRelay} needs. */
export interface RelayOptions {
  readonly outboxes: readonly Outbox[]
  readonly broker: Broker
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Events published at a time from one outbox; 500 unless given. */
  readonly batch?: number
}

/** Carries committed events to the broker. Several replicas may run: rows are leased, not owned. */
export interface Relay {
  /** Starts to publish; disposing ends after the batch in hand. */
  start(): AsyncDisposable
}

/**
 * Publishes what stands in the outboxes, and marks it as sent once the broker has it for every consumer. What fails
 * or is unroutable stays, with the reason, and is tried again after 1 s, 2 s, 4 s and so on, up to 10 s where a queue
 * is missing, and up to 5 s where the broker does not answer. Commits in
 * this process wake it; those of others are found within a second. Events sent long ago it deletes.
 */
export const createRelay = ({
  outboxes,
  broker,
  logger,
  metrics = silentMetrics,
  batch = 500,
}: RelayOptions): Relay => {
  const { published, missed } = relayMetrics(metrics, outboxes)

  const publishFrom = async (outbox: Outbox): Promise<'again' | 'done'> => {
    // To claim while the broker is away would only put the events off.
    if (!broker.status().up) return 'done'
    const rows = await outbox.claim({ limit: batch, leaseMs })
    if (rows.length === 0) return 'done'
    const { domain } = outbox
    try {
      const outcomes = await broker.publish(rows.map(messageOf))
      const confirmed = rows.filter((_, n) => outcomes[n] === 'confirmed')
      await outbox.markSent(confirmed.map(({ id }) => id))
      published.inc({ domain, outcome: 'confirmed' }, confirmed.length)
      for (const { missing, events } of unroutableIn(rows, outcomes)) {
        published.inc({ domain, outcome: 'unroutable' }, events.length)
        for (const queue of missing) missed.inc({ queue }, events.length)
        logger.warn(
          { domain, types: typesOf(events), ...(missing.length > 0 && { queues: missing }) },
          missing.length > 0
            ? 'events stay in their outbox: queues of consumers are missing'
            : 'events that some queue must take are taken by none',
        )
        await putOff(outbox, events, reasonOf(missing), longestWaitMs)
      }
    } catch (error) {
      published.inc({ domain, outcome: 'failed' }, rows.length)
      logger.warn({ domain, events: rows.length, err: error }, 'events could not be published')
      await putOff(outbox, rows, safeMessage(error), waitForBrokerMs)
      return 'done'
    }
    return rows.length === batch ? 'again' : 'done'
  }

  const startFor = (outbox: Outbox): AsyncDisposable[] => {
    const name = `publish events of ${outbox.domain}`
    const job = createJob({ name, everyMs: pollMs, run: () => publishFrom(outbox) })
    const waking = outbox.onAppended(job.wake)
    const running = [job, pruneOutbox(outbox)].map(each => each.start(logger))
    return [...running, { [Symbol.asyncDispose]: async () => waking[Symbol.dispose]() }]
  }

  return {
    start() {
      const running = outboxes.flatMap(startFor)
      return {
        async [Symbol.asyncDispose]() {
          await Promise.all(running.map(each => each[Symbol.asyncDispose]()))
        },
      }
    },
  }
}

/** How long the events of other processes may wait. */
const pollMs = 1_000

/**
 * Longer than a broker takes to answer or to be given up and PostgreSQL to note that; no longer, because the events of
 * a replica that died wait for its end.
 */
const leaseMs = 12_000

const messageOf = ({ mandatory, attempts: _, ...event }: OutboxRow): Message => ({ event, mandatory })

/** What could not be routed, by the queues that are missing. */
const unroutableIn = (rows: readonly OutboxRow[], outcomes: readonly Outcome[]) => {
  const unroutable = rows.flatMap((event, n) => {
    const outcome = outcomes[n]
    return outcome === undefined || outcome === 'confirmed' ? [] : [{ event, missing: outcome.missing }]
  })
  const groups = Map.groupBy(unroutable, ({ missing }) => missing.join())
  return [...groups.values()].map(group => ({
    missing: group[0]?.missing ?? [],
    events: group.map(({ event }) => event),
  }))
}

const reasonOf = (missing: readonly string[]): string => {
  if (missing.length === 0) return 'no queue takes it'
  return missing.length === 1
    ? `the queue of ${missing[0]} is missing`
    : `the queues of ${missing.join(' and ')} are missing`
}

const typesOf = (rows: readonly OutboxRow[]) => [...new Set(rows.map(({ type }) => type))].sort()

const putOff = async (outbox: Outbox, rows: readonly OutboxRow[], reason: string, atMostMs: number) => {
  for (const [delayMs, group] of Map.groupBy(rows, ({ attempts }) => delayAfter(attempts, atMostMs)))
    await outbox.markFailed(
      group.map(({ id }) => id),
      reason,
      delayMs,
    )
}

const delayAfter = (attempts: number, atMostMs: number): number =>
  Math.min(atMostMs, 1_000 * 2 ** Math.min(attempts - 1, 5))

const longestWaitMs = 10_000
/** It is no fault of the events that the broker does not answer: once it does, they should not wait any more. */
const waitForBrokerMs = 5_000
