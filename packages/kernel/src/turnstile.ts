import { remaining, type TxContext } from './context.ts'
import { DeadlineExceeded, Unavailable } from './errors.ts'

/** Does work when there is room for it. */
export type Turnstile = <T>(
  context: Pick<TxContext, 'deadline' | 'signal'>,
  work: () => Promise<T>,
) => Promise<T>

/**
 * Lets so many in at a time, the others in the order in which they came; but where the first has waited for long, whoever
 * came last: when more come than can be served, those in front have so little time left that their turn would be for
 * nothing, and then everybody's. Whoever waits until the deadline is refused as `unavailable`: nothing has been done for
 * them.
 */
export const createTurnstile = (atOnce: number): Turnstile => {
  let waiting: Waiting[] = []
  let inside = 0

  const enter = (context: Pick<TxContext, 'deadline' | 'signal'>): Promise<void> | undefined => {
    if (inside < atOnce) {
      inside += 1
      return undefined
    }
    return new Promise((resolve, reject) => {
      const left = remaining(context)
      const timer =
        left === undefined
          ? undefined
          : setTimeout(() => {
              waiting = waiting.filter(each => each !== self)
              reject(Unavailable())
            }, left)
      const self: Waiting = {
        since: performance.now(),
        turn: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      waiting.push(self)
    })
  }

  const leave = () => {
    const [first] = waiting
    const next =
      first === undefined || performance.now() - first.since > longMs ? waiting.pop() : waiting.shift()
    if (next === undefined) inside -= 1
    else next.turn()
  }

  return async (context, work) => {
    await enter(context)
    try {
      // Nobody waits for it any more.
      if (context.signal?.aborted) throw DeadlineExceeded(undefined, { cause: context.signal.reason })
      return await work()
    } finally {
      leave()
    }
  }
}

interface Waiting {
  readonly since: number
  readonly turn: () => void
}

/** Milliseconds that somebody waits where those who come can be served: a burst of them, too. */
const longMs = 500
