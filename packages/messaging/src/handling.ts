import { type CallContext, DeadlineExceeded, type InTx } from '@plinth/kernel'
import { claimInbox, createLanes, type Database } from '@plinth/postgres'
import { settledWithin } from './within.ts'

/** An event with all that its handling needs from outside. */
export interface PreparedEvent {
  readonly id: string
  readonly context: CallContext
  /** What the event means, within the transaction of its inbox row. */
  readonly effect: (context: InTx) => Promise<void>
}

/** How the handling of an event ended; a `duplicate` had its effect before and has none now. */
export type Handled = 'handled' | 'duplicate'

/**
 * Handles events of one consumer in one transaction with their inbox rows: all of them or none.
 * The transaction ends by the deadline of the first.
 */
export const handleInOne = (
  database: Database,
  consumer: string,
  events: readonly [PreparedEvent, ...PreparedEvent[]],
): Promise<Handled[]> =>
  database.transaction(events[0].context, async inTx => {
    const ids = events.map(({ id }) => id)
    const fresh = await claimInbox(inTx, database, consumer, ids)
    // Begun one after another, so that the statements of all of them go out together.
    return Promise.all(
      events.map(async ({ id, context, effect }): Promise<Handled> => {
        if (!fresh.delete(id.toLowerCase())) return 'duplicate'
        await effect({ ...context, tx: inTx.tx })
        return 'handled'
      }),
    )
  })

/** How {@link handleTogether} puts events together. */
export interface Lots {
  /** Events in one transaction at most. */
  readonly size: number
  /** Milliseconds after which a lot is not waited for any more. */
  readonly patienceMs: number
}

/**
 * Handles events by the lot: those that come while one is under way wait, and go together in the next. So a
 * single event does not wait for others, and under load many share one BEGIN, one claim and one COMMIT. When a lot
 * fails, each of its events is handled by itself, so that one that cannot be handled costs the others nothing else.
 */
export const handleTogether = (
  handle: (events: readonly [PreparedEvent, ...PreparedEvent[]]) => Promise<Handled[]>,
  { size, patienceMs }: Lots,
): ((event: PreparedEvent) => Promise<Handled>) => {
  const waiting: Waiting[] = []
  let called = false

  const each = async (lot: readonly Waiting[]) => {
    for (const { event, resolve, reject } of lot)
      await within(patienceMs, handle([event])).then(([ending = 'handled']) => resolve(ending), reject)
  }

  const take = async (first: Waiting, rest: readonly Waiting[]) => {
    const lot = [first, ...rest]
    if (rest.length === 0) return each(lot)
    try {
      const endings = await within(patienceMs, handle([first.event, ...rest.map(({ event }) => event)]))
      for (const [at, { resolve }] of lot.entries()) resolve(endings[at] ?? 'handled')
    } catch {
      await each(lot)
    }
  }

  const next = () => {
    if (called || waiting.length === 0 || !lanes.isFree()) return
    called = true
    // Whatever else came with it comes along.
    setImmediate(() => {
      called = false
      const [first, ...rest] = waiting.splice(0, size)
      if (first !== undefined) void lanes.run(() => take(first, rest))
    })
  }
  const lanes = createLanes(next)

  return event =>
    new Promise((resolve, reject) => {
      waiting.push({ event, resolve, reject })
      next()
    })
}

interface Waiting {
  readonly event: PreparedEvent
  readonly resolve: (ending: Handled) => void
  readonly reject: (error: unknown) => void
}

/** What hangs is left behind; the inbox keeps its effect single. */
const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  if (await settledWithin(ms, work)) return work
  throw DeadlineExceeded('the attempt took too long')
}
