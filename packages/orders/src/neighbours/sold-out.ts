import { InsufficientStock } from '@plinth/catalog-contract'
import type { Id } from '@plinth/kernel'

interface Line {
  readonly variantId: Id<'Variant'>
  readonly quantity: number
}

/**
 * What there was too little of a moment ago, as the catalog said. When hundreds come for the last few at once, whoever
 * is too late is told so without a transaction, locks or rows that are rolled back again. It can only refuse: what is
 * sold is decided by the catalog alone. Every half a second somebody is let through to find out whether it still is so.
 */
export interface SoldOut {
  /** Remembers what the catalog refused, where it was for that. Not what was refused from memory: that would last. */
  note(error: unknown): void
  /** There is enough of it. */
  forget(lines: readonly Line[]): void
  /** Some of everything may be back. */
  forgetAll(): void
  /** Throws `insufficient_stock` where one of the lines is known to be too much. For whoever would be served next. */
  admit(lines: readonly Line[]): void
  /** Whether anything is known to be short at all. */
  readonly any: boolean
}

/** See {@link SoldOut}. `now` in milliseconds. */
export const createSoldOut = (now: () => number = Date.now): SoldOut => {
  const known = new Map<Id<'Variant'>, { readonly available: number; readonly until: number }>()
  const remember = (variantId: Id<'Variant'>, available: number) => {
    known.delete(variantId)
    known.set(variantId, { available, until: now() + freshMs })
  }
  const expire = () => {
    // In the order in which they were noted, so that those over their time come first.
    for (const [variantId, { until }] of known) {
      if (until + staleMs > now() && known.size <= most) break
      known.delete(variantId)
    }
  }
  return {
    note(error) {
      if (!InsufficientStock.is(error)) return
      for (const { variantId, available } of error.details.lines) remember(variantId, available)
      expire()
    },
    forget(lines) {
      for (const { variantId } of lines) known.delete(variantId)
    },
    forgetAll: () => known.clear(),
    admit(lines) {
      expire()
      const short = lines.flatMap(({ variantId, quantity }) => {
        const found = known.get(variantId)
        return found !== undefined && found.available < quantity
          ? [{ variantId, requested: quantity, ...found }]
          : []
      })
      const shortages = short.filter(({ until }) => until > now())
      if (shortages.length > 0)
        throw InsufficientStock({ lines: shortages.map(({ until: _, ...line }) => line) })
      // Whoever is let through finds out; all behind them are told what was known until then.
      for (const { variantId, available } of short) remember(variantId, available)
    },
    get any() {
      expire()
      return known.size > 0
    },
  }
}

/** How long what was too little is taken to be so: stock that comes back is sold again half a second later at most. */
const freshMs = 500
/** How long it is remembered when nobody has come to find out. */
const staleMs = 4_500
/** Variants that are remembered. */
const most = 1_000
