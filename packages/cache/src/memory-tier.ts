import { LRUCache } from 'lru-cache'

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
  /** Frozen all through: it is shared by all who read it. */
  readonly json: unknown
  readonly fresh: boolean
}

/** What this process itself keeps, within bounds. */
export const createMemoryTier = ({ maxEntries, maxBytes, now = () => performance.now() }: MemoryLimits) => {
  const entries = new LRUCache<string, { json: unknown; freshUntil: number; until: number }>({
    max: maxEntries,
    maxSize: maxBytes,
  })
  return {
    get(key: string): HeldEntry | undefined {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      const time = now()
      if (time < entry.until) return { json: entry.json, fresh: time < entry.freshUntil }
      entries.delete(key)
      return undefined
    },
    set(key: string, text: string, freshMs: number, staleMs: number): void {
      if (freshMs + staleMs <= 0) return
      const freshUntil = now() + freshMs
      const entry = { json: frozen(JSON.parse(text)), freshUntil, until: freshUntil + staleMs }
      entries.set(key, entry, { size: 2 * (key.length + text.length) + 1 })
    },
    delete: (key: string): void => void entries.delete(key),
    clear: (): void => entries.clear(),
  }
}

/** Entries held in this process. */
export type MemoryTier = ReturnType<typeof createMemoryTier>

const frozen = (json: unknown): unknown => {
  if (typeof json === 'object' && json !== null) {
    for (const inner of Object.values(json)) frozen(inner)
    Object.freeze(json)
  }
  return json
}
