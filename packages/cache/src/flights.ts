/** One piece of work under way. It stops being current when what it found out has been overtaken. */
export interface Flight {
  readonly current: boolean
}

/** Lets those who want the same thing at the same time share one piece of work. */
export const createFlights = <T = unknown>() => {
  const flights = new Map<string, { readonly flight: { current: boolean }; readonly result: Promise<T> }>()
  return {
    /** Joins the work under way for a key, or starts it. */
    join(key: string, work: (flight: Flight) => Promise<T>): Promise<T> {
      const known = flights.get(key)
      if (known !== undefined) return known.result
      const flight = { current: true }
      const result = Promise.resolve()
        .then(() => work(flight))
        .finally(() => {
          if (flights.get(key)?.flight === flight) flights.delete(key)
        })
      flights.set(key, { flight, result })
      return result
    },
    /** What is under way for a key is outdated: nobody joins it any more. */
    outdate(key: string): void {
      const known = flights.get(key)
      if (known === undefined) return
      known.flight.current = false
      flights.delete(key)
    },
    outdateAll(): void {
      for (const { flight } of flights.values()) flight.current = false
      flights.clear()
    },
  }
}
