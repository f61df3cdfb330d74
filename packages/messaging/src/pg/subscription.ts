import { newId } from '@plinth/kernel'
import { createJob } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import { safeMessage } from '@plinth/telemetry'
import type { Deliver, Subscription, Verdict } from '../broker.ts'
import { maxCrashes, nextStep } from '../retry.ts'
import { settledWithin } from '../within.ts'
import type { ClaimedDelivery, Deliveries } from './deliveries.ts'

/** What {@link pull} needs. */
export interface PullOptions {
  readonly deliveries: Deliveries
  readonly queue: string
  /** Writes down what the queue takes. */
  readonly bind: () => Promise<void>
  readonly concurrency: number
  readonly deliver: Deliver
  readonly delaysMs: readonly number[]
  readonly leaseMs: number
  readonly logger: Logger
}

/** A subscription that can be told that there is something to fetch. */
export interface PullSubscription extends Subscription {
  wake(): void
}

/** Takes messages from one queue: at once after a wake-up, after a second otherwise. */
export const pull = (options: PullOptions): PullSubscription => {
  const { deliveries, queue, bind, concurrency, deliver, delaysMs, leaseMs, logger } = options
  const inHand = new Map<number, Promise<void>>()
  const handled: number[] = []
  const ready = Promise.withResolvers<void>()
  let bound = false
  let extendedAt = Date.now()
  let claimedAt = 0

  const flush = async () => {
    const done = handled.splice(0)
    if (done.length === 0) return
    await deliveries.forget(done).catch(error => {
      handled.push(...done)
      throw error
    })
  }

  const take = async (claimed: ClaimedDelivery) => {
    const verdict = await verdictOn(claimed, deliver)
    const next = nextStep(verdict, claimed, delaysMs)
    // Should this fail, the lease runs out and the message comes again.
    if (next.step === 'forget') handled.push(claimed.id)
    if (next.step === 'retry') {
      await deliveries.delay(claimed, next.progress, next.delayMs)
      setTimeout(job.wake, next.delayMs).unref()
    }
    if (next.step === 'bury') await deliveries.bury(claimed, { id: newId(), ...next })
  }

  const start = (claimed: ClaimedDelivery) => {
    const taking = take(claimed)
      .catch(error => logger.warn({ queue, err: error }, 'the end of a message could not be recorded'))
      .finally(() => {
        inHand.delete(claimed.id)
        job.wake()
      })
    inHand.set(claimed.id, taking)
  }

  const job = createJob({
    name: `consume ${queue}`,
    everyMs: pollMs,
    run: async signal => {
      if (!bound) await bind()
      bound = true
      ready.resolve()
      // A statement for each event that comes to its end would cost as much as handling it.
      if (inHand.size > concurrency / 2 && Date.now() - claimedAt < patienceMs) return 'done'
      claimedAt = Date.now()
      await flush()
      if (inHand.size > 0 && Date.now() - extendedAt > leaseMs / 3) {
        await deliveries.extend([...inHand.keys()], leaseMs)
        extendedAt = Date.now()
      }
      const free = concurrency - inHand.size
      if (free <= 0 || signal.aborted) return 'done'
      const claimed = await deliveries.claim(queue, free, leaseMs)
      for (const delivery of claimed) start(delivery)
      return claimed.length === free ? 'again' : 'done'
    },
  })
  const running = job.start(logger)

  return {
    ready: ready.promise,
    wake: () => job.wake(),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      if (!(await settledWithin(drainMs, Promise.all(inHand.values()))))
        logger.warn({ queue, messages: inHand.size }, 'left unfinished; they will be delivered again')
      await flush().catch(error => logger.warn({ queue, err: error }, 'handled messages may come again'))
    },
  }
}

const pollMs = 1_000
const patienceMs = 200
const drainMs = 5_000

const verdictOn = async (claimed: ClaimedDelivery, deliver: Deliver): Promise<Verdict> => {
  if (claimed.handedOut > maxCrashes + 1)
    return { kind: 'refused', error: `no verdict: handed out ${claimed.handedOut - 1} times` }
  try {
    return await deliver({ event: claimed.message, attempt: claimed.failures + 1 })
  } catch (error) {
    return { kind: 'failed', error: safeMessage(error) }
  }
}
