import type { Logger } from '@plinth/telemetry'
import { isPassing } from './failure.ts'

/** Work that is looked for again and again: in every replica at once, so each round claims what it does. */
export interface Job {
  readonly name: string
  /** Makes the next round start now, or right after the present one; for instance after a commit. */
  wake(): void
  /** Starts the rounds, the first at once; disposing aborts the signal and waits for the round, five seconds at most. */
  start(logger: Logger): AsyncDisposable
}

/** See {@link createJob}. */
export interface JobOptions {
  readonly name: string
  /** Milliseconds between rounds that found nothing; a fifth more or less, so that replicas do not march in step. */
  readonly everyMs: number
  /** One round: `again` when there may be more to do at once, `done` when not. */
  readonly run: (signal: AbortSignal) => Promise<'again' | 'done'>
}

/**
 * A job. A round that fails is logged, as a warning where something was away or slow, and followed by a pause: 0.2 s,
 * doubled with each failure up to 5 s.
 */
export const createJob = ({ name, everyMs, run }: JobOptions): Job => {
  const alarms = new Set<() => void>()
  return {
    name,
    wake() {
      for (const alarm of alarms) alarm()
    },
    start(logger) {
      const stopping = new AbortController()
      const bed = createBed()
      alarms.add(bed.wake)
      const rounds = async () => {
        for (let failures = 0; !stopping.signal.aborted; ) {
          bed.make()
          try {
            const outcome = await run(stopping.signal)
            failures = 0
            if (outcome === 'done') await bed.sleep(everyMs * (0.8 + Math.random() * 0.4))
          } catch (error) {
            if (stopping.signal.aborted) return
            const level = isPassing(error) ? 'warn' : 'error'
            logger[level]({ err: error, job: name }, 'a round of a job failed')
            await pause(Math.min(200 * 2 ** failures, 5_000), stopping.signal)
            failures += 1
          }
        }
      }
      const ended = rounds()
      return {
        async [Symbol.asyncDispose]() {
          alarms.delete(bed.wake)
          stopping.abort()
          bed.wake()
          await Promise.race([ended, pause(farewellMs, undefined)])
        },
      }
    },
  }
}

const farewellMs = 5_000

/** Sleep that a wake-up cuts short, or keeps from beginning when it comes after the bed was made. */
const createBed = () => {
  let woken = false
  let rise: (() => void) | undefined
  return {
    make() {
      woken = false
    },
    wake() {
      woken = true
      rise?.()
    },
    sleep: (ms: number) =>
      new Promise<void>(resolve => {
        if (woken) return resolve()
        const timer = setTimeout(resolve, ms)
        timer.unref()
        rise = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}

const pause = (ms: number, signal: AbortSignal | undefined) =>
  new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms)
    timer.unref()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
