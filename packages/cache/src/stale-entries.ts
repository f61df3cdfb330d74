import type { LRUCache } from 'lru-cache'

/**
 * Drops entries that are of no use any more, from the one that was used longest ago to the first that still is, a few
 * at a time: called whenever something is put in, it keeps memory to what is in use instead of what ever was.
 */
export const dropStale = <Key extends string | number, Value extends object>(
  entries: LRUCache<Key, Value>,
  isStale: (value: Value) => boolean,
): void => {
  for (let each = 0; each < atOnce; each += 1) {
    const [oldest] = entries.rkeys()
    const value = oldest === undefined ? undefined : entries.peek(oldest)
    if (oldest === undefined || value === undefined || !isStale(value)) return
    entries.delete(oldest)
  }
}

const atOnce = 4
