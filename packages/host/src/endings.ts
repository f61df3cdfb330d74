/** What was opened one after the other, to be ended in the opposite order. */
export interface Endings {
  /** Takes over to end it, and gives it back. */
  use<Opened extends AsyncDisposable>(opened: Opened): Opened
  defer(end: () => Promise<void>): void
  /** Ends all of it, whatever fails on the way; then it rejects. */
  end(this: void): Promise<void>
}

/** Nothing yet. */
export const createEndings = (): Endings => {
  const ends: (() => Promise<void>)[] = []
  return {
    use(opened) {
      ends.push(async () => opened[Symbol.asyncDispose]())
      return opened
    },
    defer(end) {
      ends.push(end)
    },
    async end() {
      const failures: unknown[] = []
      for (let end = ends.pop(); end !== undefined; end = ends.pop())
        await end().catch((error: unknown) => failures.push(error))
      if (failures.length === 1) throw failures[0]
      if (failures.length > 1) throw new AggregateError(failures, 'not everything ended in order')
    },
  }
}
