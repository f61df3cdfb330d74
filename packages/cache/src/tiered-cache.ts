import { freeze, jsonOf } from '@plinth/kernel'
import type { Counter, Logger } from '@plinth/telemetry'
import type { Cache, EntryOptions } from './cache.ts'
import { createDoorkeeper } from './doorkeeper.ts'
import type { Flight } from './flights.ts'
import { createFlights } from './flights.ts'
import { type EntryReader, type EntryText, type MemoryTier, readerOf } from './memory-tier.ts'
import type { SharedLookup, SharedTier } from './shared-tier.ts'

/** The tiers of a cache, nearest first. */
export interface Tiers {
  readonly memory?: MemoryTier
  readonly shared?: SharedTier
  /** What stands in memory in front of a shared tier lives no longer than this. */
  readonly memoryTtlMs: number
  readonly logger: Logger
  readonly reads: Counter<'outcome'>
  readonly dispose: () => Promise<void>
}

/** What the cache forgets by itself when others tell it to. */
export interface TieredCache extends Cache {
  /** Others have changed these keys. */
  overtaken(keys: readonly string[]): void
  /** Others may have changed any key. */
  overtakenAll(): void
}

/** The cache over a tier in this process, a shared one, or both: all its rules but where entries are kept. */
export const createTieredCache = (tiers: Tiers): TieredCache => {
  const { memory, shared, memoryTtlMs, logger, reads } = tiers
  /** All who wait for a key together read one value, as those do who find it in memory later. */
  const lookups = createFlights<EntryReader>()
  const renewals = createFlights<void>()
  const doorkeeper = createDoorkeeper()

  const remember = (key: string, entry: EntryText, freshMs: number, staleMs: number) => {
    // In front of a shared tier only what is fresh is kept: that tier knows better what became of it.
    if (shared === undefined) memory?.set(key, entry, freshMs, staleMs)
    else memory?.set(key, entry, Math.min(freshMs, memoryTtlMs), 0)
  }

  const overtaken = (keys: readonly string[]) => {
    for (const key of keys) {
      lookups.outdate(key)
      renewals.outdate(key)
      memory?.delete(key)
    }
  }

  /** Loads and keeps, unless what was loaded has been overtaken meanwhile. */
  const loadAndKeep = async <T>(
    key: string,
    { ttlMs, staleMs = 0, parse }: EntryOptions<T>,
    load: () => Promise<T>,
    flight: Flight,
    lookup: SharedLookup | undefined,
  ): Promise<EntryReader> => {
    const value = freeze(await load())
    const text = jsonOf(value)
    if (text === undefined) return parse => parse(value)
    // Whoever loads it makes what `parse` makes of its JSON.
    const entry = { text, read: readerOf(() => text, { parse, value }) }
    if (flight.current) {
      remember(key, entry, ttlMs, staleMs)
      // Nobody waits for it: the value is there already.
      void lookup?.fill(text, ttlMs + staleMs).then(kept => {
        if (!kept) memory?.delete(key)
      })
    }
    return entry.read
  }

  /** What is not kept is still made once for all who wait for it. */
  const loadOnly = async <T>({ parse }: EntryOptions<T>, load: () => Promise<T>): Promise<EntryReader> => {
    reads.inc({ outcome: 'loaded' })
    const value = freeze(await load())
    return readerOf(() => jsonOf(value), { parse, value })
  }

  const renew = <T>(key: string, options: EntryOptions<T>, load: () => Promise<T>, lookup?: SharedLookup) => {
    void renewals.join(key, async flight => {
      try {
        await loadAndKeep(key, options, load, flight, lookup)
      } catch (err) {
        logger.warn({ err, key }, 'a cached entry could not be renewed')
      }
    })
  }

  const lookUp = async <T>(key: string, options: EntryOptions<T>, load: () => Promise<T>, flight: Flight) => {
    const lookup = await shared?.read(key, options.staleMs ?? 0)
    const entry = lookup?.entry
    const read = entry && readerIn(entry.text, options.parse)
    if (entry === undefined || read === undefined) {
      reads.inc({ outcome: 'loaded' })
      return loadAndKeep(key, options, load, flight, lookup)
    }
    if (entry.freshMs > 0) {
      reads.inc({ outcome: 'shared' })
      if (flight.current) remember(key, { text: entry.text, read }, entry.freshMs, 0)
    } else {
      reads.inc({ outcome: 'stale' })
      renew(key, options, load, lookup)
    }
    return read
  }

  return {
    async getOrLoad(key, options, load) {
      const held = memory?.get(key)
      const value = held && attempt(() => held.read(options.parse))
      if (held !== undefined && value !== undefined) {
        reads.inc({ outcome: held.fresh ? 'memory' : 'stale' })
        if (!held.fresh) renew(key, options, load)
        return value.value
      }
      const { oftenOnce = false, ttlMs, staleMs = 0 } = options
      // Twice its life: for one of them it may have been answered from memory, of which the doorkeeper hears nothing.
      const passesBy = oftenOnce && !doorkeeper.letsIn(key, 2 * (ttlMs + staleMs))
      const read = await lookups.join(key, flight =>
        passesBy ? loadOnly(options, load) : lookUp(key, options, load, flight),
      )
      return read(options.parse)
    },
    async get(key, { parse, staleMs = 0 }) {
      const held = memory?.get(key)
      if (held !== undefined) return attempt(() => held.read(parse))?.value
      const entry = (await shared?.read(key, staleMs))?.entry
      return entry && readerIn(entry.text, parse)?.(parse)
    },
    async set(key, value, { ttlMs, staleMs = 0 }) {
      const text = jsonOf(value)
      if (text === undefined) throw new TypeError(`What was to be cached as ${key} is not JSON`)
      overtaken([key])
      await shared?.put(key, text, ttlMs + staleMs)
      overtaken([key])
      remember(key, { text, read: readerOf(() => text) }, ttlMs, staleMs)
    },
    async delete(keys) {
      const all = typeof keys === 'string' ? [keys] : keys
      // Before, so that nothing old is joined; after, so that nothing is kept that was read in between.
      overtaken(all)
      if (shared === undefined || all.length === 0) return
      await shared.forget(all)
      overtaken(all)
    },
    overtaken,
    overtakenAll() {
      lookups.outdateAll()
      renewals.outdateAll()
      memory?.clear()
    },
    async [Symbol.asyncDispose]() {
      memory?.clear()
      await tiers.dispose()
    },
  }
}

/** Reads a text, where it is JSON that `parse` takes. */
const readerIn = (text: string, parse: (json: unknown) => unknown): EntryReader | undefined =>
  attempt(() => {
    const read = readerOf(() => text)
    read(parse)
    return read
  })?.value

const attempt = <T>(work: () => T): { readonly value: T } | undefined => {
  try {
    return { value: work() }
  } catch {
    return undefined
  }
}
