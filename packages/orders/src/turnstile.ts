import { DeadlineExceeded, remaining, type TxContext, Unavailable } from '@plinth/kernel'

/** Does work when there is room for it. */
export type Turnstile = <T>(context: TxContext, work: () => Promise<T>) => Promise<T>

/**
 * Lets so many in at a time, the others in the order in which they came. Whoever waits until the deadline is refused as
 * `unavailable`: nothing has been done for them.
 */
export const createTurnstile = (atOnce: number): Turnstile => {
  const waiting = new Set<() => void>()
  let inside = 0

  const enter = (context: TxContext): Promise<void> | undefined => {
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
              waiting.delete(turn)
              reject(Unavailable())
            }, left)
      const turn = () => {
        clearTimeout(timer)
        resolve()
      }
      waiting.add(turn)
    })
  }

  const leave = () => {
    const [next] = waiting
    if (next === undefined) {
      inside -= 1
      return
    }
    waiting.delete(next)
    next()
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
