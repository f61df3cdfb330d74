import { InsufficientStock } from '@plinth/catalog-contract'
import type { Id } from '@plinth/kernel'

interface Line {
  readonly variantId: Id<'Variant'>
  readonly quantity: number
}

/**
 * What there was too little of a moment ago, as the catalog said. When hundreds come for the last few at once, whoever
 * is too late is told so without a transaction, locks or rows that are rolled back again. It can only refuse: what is
 * sold is decided by the catalog alone.
 */
export interface SoldOut {
  /** Remembers what the catalog refused, where it was for that. Not what was refused from memory: that would last. */
  note(error: unknown): void
  /** Some of it may be back. */
  forget(): void
  /** Throws `insufficient_stock` where one of the lines is known to be too much at this moment. */
  assertNoneOf(lines: readonly Line[]): void
  /** Whether anything is known to be short at all. */
  readonly any: boolean
}

/** See {@link SoldOut}. `now` in milliseconds. */
export const createSoldOut = (now: () => number = Date.now): SoldOut => {
  const known = new Map<Id<'Variant'>, { readonly available: number; readonly until: number }>()
  const expire = () => {
    // In the order in which they were noted, so that those over their time come first.
    for (const [variantId, { until }] of known) {
      if (until > now() && known.size <= most) break
      known.delete(variantId)
    }
  }
  return {
    note(error) {
      if (!InsufficientStock.is(error)) return
      for (const { variantId, available } of error.details.lines) {
        known.delete(variantId)
        known.set(variantId, { available, until: now() + freshMs })
      }
      expire()
    },
    forget: () => known.clear(),
    assertNoneOf(lines) {
      expire()
      const shortages = lines.flatMap(({ variantId, quantity }) => {
        const available = known.get(variantId)?.available ?? quantity
        return available < quantity ? [{ variantId, requested: quantity, available }] : []
      })
      if (shortages.length > 0) throw InsufficientStock({ lines: shortages })
    },
    get any() {
      expire()
      return known.size > 0
    },
  }
}

/** How long what was too little is taken to be so: stock that comes back is sold again half a second later at most. */
const freshMs = 500
/** Variants that are remembered. */
const most = 1_000
