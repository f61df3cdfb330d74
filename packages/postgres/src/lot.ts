import type { TxContext } from '@plinth/kernel'
import { refuseLate } from './patience.ts'

/** Somebody who waits for something to be done. */
export interface Place<Item, Result> {
  readonly item: Item
  readonly context: TxContext
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Those who wait, in the order in which they came. */
export type Lot<Item, Result> = Place<Item, Result>[]

/** The next lot of those who wait: the first of each name, but of those who are busy. */
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
