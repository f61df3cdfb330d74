/** A place in a {@link WaitingLine}. */
export interface Wait {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** What the place is refused with when the time is over. */
  readonly refusal: () => Error
}

/** Who came first is served first; nobody waits longer than they said. */
export interface WaitingLine<T> {
  readonly size: number
  join(wait: Wait): Promise<T>
  /** Gives the thing to whoever waits longest; false when nobody does. */
  serve(thing: T): boolean
  rejectAll(error: Error): void
}

/** See {@link WaitingLine}. */
export const createWaitingLine = <T>(): WaitingLine<T> => {
  const places = new Set<{ resolve: (thing: T) => void; reject: (error: unknown) => void }>()
  return {
    get size() {
      return places.size
    },
    join: ({ timeoutMs, signal, refusal }) =>
      new Promise<T>((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          places.delete(place)
        }
        const place = {
          resolve(thing: T) {
            leave()
            resolve(thing)
          },
          reject(error: unknown) {
            leave()
            reject(error)
          },
        }
        const abort = () => place.reject(signal?.reason)
        const timer = setTimeout(() => place.reject(refusal()), timeoutMs)
        signal?.addEventListener('abort', abort, { once: true })
        places.add(place)
      }),
    serve(thing) {
      for (const place of places) {
        place.resolve(thing)
        return true
      }
      return false
    },
    rejectAll(error) {
      for (const place of [...places]) place.reject(error)
    },
  }
}
