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
  readonly read: EntryReader
}

/** What `parse` makes of an entry's JSON, made once for all who read it and frozen all through. Throws what `parse` throws. */
export type EntryReader = <T>(parse: (json: unknown) => T) => T

/** An entry as JSON, and whoever reads it. */
export interface EntryText {
  readonly text: string
  readonly read: EntryReader
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
    set(key: string, { text, read }: EntryText, freshMs: number, staleMs: number): void {
      if (freshMs + staleMs <= 0) return
      const time = now()
      const freshUntil = time + freshMs
      const entry = { read, freshUntil, until: freshUntil + staleMs }
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

/** What a function makes of an entry. */
interface Made {
  readonly parse: unknown
  readonly value: unknown
}

/**
 * Who reads a key reads it the same way each time, so the latest value is enough to remember; the same function has
 * made it, so it is of the type that the function makes.
 */
export const readerOf = (text: () => string | undefined, made?: Made): EntryReader => {
  let json: { readonly value: unknown } | undefined
  let latest = made
  return <T>(parse: (json: unknown) => T): T => {
    if (latest?.parse === parse) return latest.value as T
    json ??= { value: parsed(text()) }
    const value = freeze(parse(json.value))
    latest = { parse, value }
    return value
  }
}

/** What `JSON.stringify` makes nothing of is nothing. */
const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))
