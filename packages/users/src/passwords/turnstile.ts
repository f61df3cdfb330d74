import { DeadlineExceeded, remaining, type TxContext, Unavailable } from '@plinth/kernel'

/** Lets so many pass at a time. */
export interface Turnstile {
  /**
   * Does the work when its turn comes. Throws `unavailable` when too many wait already, and `deadline_exceeded`
   * when the caller's patience ends first: nobody's password is hashed who has hung up.
   */
  readonly pass: <T>(context: TxContext, work: () => Promise<T>) => Promise<T>
}

/** Work that costs much, so many at a time; so many more may wait, in the order in which they came. */
export const createTurnstile = (atOnce: number, waiting: number): Turnstile => {
  let inside = 0
  const line = new Set<() => void>()

  const turnOf = ({ signal, ...context }: TxContext) =>
    new Promise<void>((resolve, reject) => {
      const left = remaining(context)
      const leave = () => {
        step()
        reject(DeadlineExceeded())
      }
      const timer = left === undefined ? undefined : setTimeout(leave, left)
      const step = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', leave)
        line.delete(enter)
      }
      const enter = () => {
        step()
        resolve()
      }
      line.add(enter)
      if (signal?.aborted) leave()
      else signal?.addEventListener('abort', leave, { once: true })
    })

  return {
    pass: async (context, work) => {
      if (inside < atOnce) inside += 1
      else if (line.size < waiting) await turnOf(context)
      else throw Unavailable('Too many people are signing in right now. Try again in a moment.')
      try {
        return await work()
      } finally {
        const [next] = line
        if (next === undefined) inside -= 1
        else next()
      }
    },
  }
}
