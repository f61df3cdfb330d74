/** Remembers keys for a while. */
export const createRecent = (ms: number, now: () => number = () => performance.now()) => {
  /** Until when, those that were added last at the end. */
  const until = new Map<string, number>()
  return {
    add(keys: readonly string[]): void {
      const time = now()
      for (const key of keys) {
        until.delete(key)
        until.set(key, time + ms)
      }
      for (const [key, end] of until) {
        if (end > time) break
        until.delete(key)
      }
    },
    has: (key: string): boolean => (until.get(key) ?? 0) > now(),
  }
}
