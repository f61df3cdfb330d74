import { DeadlineExceeded } from '@plinth/kernel'

/** A place in a {@link WaitingLine}. */
export interface Wait {
  /** Whoever has the smaller number is served first; of equal ones whoever came first. */
  readonly turn: number
  /** With how many of the same kind, next to it in the line, it may be served at once, itself included. */
  readonly together: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** What the place is refused with when the time is over. */
  readonly refusal: () => Error
}

/** Those whose turn is earliest are served first; nobody waits longer than they said. */
export interface WaitingLine<T> {
  readonly size: number
  join(wait: Wait): Promise<T>
  /** Gives the thing to whoever is next, and to those who can be served together; says how many it were. */
  serve(thing: T): number
  rejectAll(error: Error): void
}

/** See {@link WaitingLine}. */
export const createWaitingLine = <T>(): WaitingLine<T> => {
  const places: Place<T>[] = []
  return {
    get size() {
      return places.length
    },
    join: ({ turn, together, timeoutMs, signal, refusal }) =>
      new Promise<T>((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          const at = places.indexOf(place)
          if (at >= 0) places.splice(at, 1)
        }
        const place: Place<T> = {
          turn,
          together,
          resolve(thing) {
            leave()
            resolve(thing)
          },
          reject(error) {
            leave()
            reject(error)
          },
        }
        const abort = () => place.reject(DeadlineExceeded(undefined, { cause: signal?.reason }))
        const timer = setTimeout(() => place.reject(refusal()), timeoutMs)
        signal?.addEventListener('abort', abort, { once: true })
        // Most come in the order of their turns.
        places.splice(places.findLastIndex(other => other.turn <= turn) + 1, 0, place)
      }),
    serve(thing) {
      let served = 0
      let limit = 1
      for (const place of [...places]) {
        if (served > 0 && place.together === 1) break
        limit = Math.max(limit, place.together)
        place.resolve(thing)
        served += 1
        if (served === limit) break
      }
      return served
    },
    rejectAll(error) {
      for (const place of [...places]) place.reject(error)
    },
  }
}

interface Place<T> {
  readonly turn: number
  readonly together: number
  readonly resolve: (thing: T) => void
  readonly reject: (error: Error) => void
}
