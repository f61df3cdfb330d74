import { freeze } from '@plinth/kernel'
import { LRUCache } from 'lru-cache'
import { dropStale } from './stale-entries.ts'

/** How much may be held. */
export interface MemoryLimits {
  /** Entries kept at most; the least recently used go first. */
  readonly maxEntries: number
  /** Bytes of JSON kept at most, roughly: a character counts as two. */
  readonly maxBytes: number
  /** A clock in milliseconds that only goes forward. */
  readonly now?: () => number
}

/** An entry as it is held. */
export interface HeldEntry {
  readonly fresh: boolean
  /**
   * What `parse` makes of its JSON, made once for all who read it and frozen all through. Throws what `parse` throws.
   */
  readonly read: <T>(parse: (json: unknown) => T) => T
}

/** What this process itself keeps, within bounds. */
export const createMemoryTier = ({ maxEntries, maxBytes, now = () => performance.now() }: MemoryLimits) => {
  const entries = new LRUCache<string, Entry>({
    max: maxEntries,
    maxSize: maxBytes,
  })
  return {
    get(key: string): HeldEntry | undefined {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      const time = now()
      if (time < entry.until) return { fresh: time < entry.freshUntil, read: entry.read }
      entries.delete(key)
      return undefined
    },
    set(key: string, text: string, freshMs: number, staleMs: number): void {
      if (freshMs + staleMs <= 0) return
      const time = now()
      const freshUntil = time + freshMs
      const entry = { read: readerOf(text), freshUntil, until: freshUntil + staleMs }
      entries.set(key, entry, { size: 2 * (key.length + text.length) + 1 })
      dropStale(entries, ({ until }) => until <= time)
    },
    delete: (key: string): void => void entries.delete(key),
    clear: (): void => entries.clear(),
  }
}

/** Entries held in this process. */
export type MemoryTier = ReturnType<typeof createMemoryTier>

interface Entry extends Pick<HeldEntry, 'read'> {
  readonly freshUntil: number
  readonly until: number
}

/**
 * Who reads a key reads it the same way each time, so the latest value is enough to remember; the same function has
 * made it, so it is of the type that the function makes.
 */
const readerOf = (text: string): HeldEntry['read'] => {
  const json: unknown = JSON.parse(text)
  let latest: { readonly parse: unknown; readonly value: unknown } | undefined
  return <T>(parse: (json: unknown) => T): T => {
    if (latest?.parse === parse) return latest.value as T
    const value = freeze(parse(json))
    latest = { parse, value }
    return value
  }
}
