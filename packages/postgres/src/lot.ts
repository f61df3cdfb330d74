import type { TxContext } from '@plinth/kernel'
import { refuseLate } from './patience.ts'

/** Somebody who waits for something to be done. */
export interface Place<Item, Result> {
  readonly item: Item
  readonly context: TxContext
  /** By `performance.now()`. */
  readonly since: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Those who wait, in the order in which they came. */
export type Lot<Item, Result> = Place<Item, Result>[]

/**
 * The next lot of those who wait: the first of each name, but of those who are busy. Where more have waited for long than
 * fit into it, those who came last: as with `createTurnstile` of the kernel, those in front have so little time left that
 * their turn would be for nothing, and then everybody's.
 */
export const nextLot = <Item, Result>(
  waiting: readonly Place<Item, Result>[],
  how: Parameters<typeof pickLot<Item, Result>>[1],
): ReturnType<typeof pickLot<Item, Result>> => {
  const [first] = waiting
  const tooMany = waiting.length > mostInLot && performance.now() - (first?.since ?? 0) > longMs
  if (!tooMany) return pickLot(waiting, how)
  const { lot, left } = pickLot(waiting.toReversed(), how)
  return { lot, left: left.toReversed() }
}

/** The first of each name, in the order given, but of those who are busy. */
export const pickLot = <Item, Result>(
  waiting: readonly Place<Item, Result>[],
  {
    nameOf,
    busy,
  }: {
    readonly nameOf?: ((item: Item) => string) | undefined
    readonly busy: ReadonlySet<string>
  },
): { readonly lot: Lot<Item, Result>; readonly left: Lot<Item, Result> } => {
  const lot: Lot<Item, Result> = []
  const left: Lot<Item, Result> = []
  const names = new Set<string>()
  for (const place of waiting) {
    const name = nameOf?.(place.item)
    if (lot.length === mostInLot || (name !== undefined && (names.has(name) || busy.has(name)))) {
      left.push(place)
      continue
    }
    if (name !== undefined) names.add(name)
    lot.push(place)
  }
  return { lot, left }
}

const mostInLot = 100
/** Milliseconds that somebody waits where those who come can be served: a burst of them, too. */
const longMs = 500

/** Nothing is begun for whoever has left. */
export const inTime = <Item, Result>({ context, reject }: Place<Item, Result>): boolean => {
  try {
    refuseLate(context)
    return true
  } catch (error) {
    reject(error)
    return false
  }
}
