/** How long an entry lives. Every entry ends by itself. */
export interface EntryLife {
  /** Milliseconds for which the entry is served as it is. */
  readonly ttlMs: number
  /**
   * Milliseconds after those for which it is still served, at once, while one load in the background renews
   * it; also when that load fails, so that what is cached outlives an outage of its source by this much.
   */
  readonly staleMs?: number
}

/** How an entry lives, and how it becomes a typed value again. */
export interface EntryOptions<T> extends EntryLife {
  /**
   * Makes the value out of its JSON, as a zod schema's `parse` does. Where it throws for a cached entry (one
   * written by another release, say) the entry counts as missing.
   */
  readonly parse: (json: unknown) => T
  /**
   * For keys of which most are asked for once, as the pages and products that crawlers walk through. Where more than a
   * hundred new ones come in a second, only what is asked for again within twice its life is kept: to keep such a thing
   * takes longer than to load it, and pushes out what others come back for. Not so unless given.
   */
  readonly oftenOnce?: boolean
}

/**
 * Keeps what was loaded for a while. Values are JSON; what `JSON.stringify` makes nothing of is not kept.
 * Nothing that is money or stock is decided by what a cache says. No method rejects because the cache's own
 * store is away: then everything is loaded from its source.
 */
export interface Cache extends AsyncDisposable {
  /**
   * The cached value, or what `load` returns, which is then kept. Calls for the same key at the same time in
   * one process share one load: `load` must not depend on who asks, nor end when one of those who ask gives
   * up. A failed load rejects for all who share it and is not kept. What it returns is what `parse` would make of its
   * JSON, and is frozen.
   */
  getOrLoad<T>(key: string, options: EntryOptions<T>, load: () => Promise<T>): Promise<T>
  /** The cached value, stale or not, or undefined where there is none. */
  get<T>(key: string, options: EntryOptions<T>): Promise<T | undefined>
  /** Replaces the entry; a load that is running does not overwrite it. */
  set(key: string, value: unknown, life: EntryLife): Promise<void>
  /**
   * Removes entries, in every process. A `getOrLoad` that begins here once it has resolved returns nothing
   * that was loaded before, and a load that is running is not kept. Elsewhere the same holds as soon as the
   * word has got round, at the latest when the entry ends.
   */
  delete(keys: string | readonly string[]): Promise<void>
}
