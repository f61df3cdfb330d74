import { contextOf, type TxContext } from '@plinth/kernel'
import { sqlStateOf } from './failure.ts'
import { refuseLate, within } from './patience.ts'

/** How to do something for several callers at once. */
export interface LotOptions<Item, Result> {
  /**
   * Does it for all of them, in one statement or one transaction of its own: all or nothing. Gives the results in the
   * order of the items; one that is the matter of a single item is a result, not an error.
   */
  readonly work: (context: TxContext, items: readonly Item[]) => Promise<readonly Result[]>
  /** Items of one name never share a lot: whoever comes second waits for the next. None share a name unless given. */
  readonly nameOf?: (item: Item) => string
}

/**
 * Group commit: whoever asks while a lot is under way waits for the next one, together with all who ask meanwhile. Who
 * asks alone does not wait; the more there are at once, the less each of them costs. A lot that PostgreSQL refuses is
 * done again one by one, so that nobody fails because of another.
 *
 * The caller's transaction, actor and trace do not go along: a lot belongs to several callers. Its deadline is that of
 * the most patient; each caller leaves at its own.
 */
export const inLots = <Item, Result>({
  work,
  nameOf,
}: LotOptions<Item, Result>): ((context: TxContext, item: Item) => Promise<Result>) => {
  let waiting: Place<Item, Result>[] = []
  let underWay = 0
  let called = false

  const call = () => {
    if (called || waiting.length === 0 || underWay >= lotsAtOnce) return
    called = true
    // Whatever else the sockets brought in this turn comes along.
    setImmediate(() => {
      called = false
      void carry(nextLot())
    })
  }

  const nextLot = (): Place<Item, Result>[] => {
    const lot: Place<Item, Result>[] = []
    const left: Place<Item, Result>[] = []
    const names = new Set<string>()
    for (const place of waiting) {
      const name = nameOf?.(place.item)
      if (lot.length === mostInLot || (name !== undefined && names.has(name))) {
        left.push(place)
        continue
      }
      if (name !== undefined) names.add(name)
      lot.push(place)
    }
    waiting = left
    return lot
  }

  const carry = async (asked: readonly Place<Item, Result>[]): Promise<void> => {
    underWay += 1
    call()
    const refused = await settle(asked.filter(inTime))
    underWay -= 1
    call()
    // They are not in the way of later lots any more: one of them may have to wait for long.
    for (const place of refused.filter(inTime)) void settle([place])
  }

  /** Does it, and gives back those that are to be done again by themselves. */
  const settle = async (lot: readonly Place<Item, Result>[]): Promise<readonly Place<Item, Result>[]> => {
    if (lot.length === 0) return []
    const deadline = Math.max(...lot.map(({ context }) => context.deadline ?? Number.POSITIVE_INFINITY))
    const context = { ...contextOf(), ...(Number.isFinite(deadline) && { deadline }) }
    try {
      const results = await work(
        context,
        lot.map(({ item }) => item),
      )
      if (results.length !== lot.length) throw new Error(`${results.length} results for ${lot.length} items`)
      for (const [at, result] of results.entries()) lot[at]?.resolve(result)
    } catch (error) {
      // What PostgreSQL itself has refused has changed nothing.
      if (lot.length > 1 && sqlStateOf(error) !== undefined) return lot
      for (const { reject } of lot) reject(error)
    }
    return []
  }

  return async (context, item) => {
    refuseLate(context)
    const result = new Promise<Result>((resolve, reject) => {
      waiting.push({ item, context, resolve, reject })
    })
    call()
    return within(context, result)
  }
}

/** Somebody who waits. */
interface Place<Item, Result> {
  readonly item: Item
  readonly context: TxContext
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Nothing is begun for whoever has left. */
const inTime = <Item, Result>({ context, reject }: Place<Item, Result>): boolean => {
  try {
    refuseLate(context)
    return true
  } catch (error) {
    reject(error)
    return false
  }
}

/** One that waits for a lock does not hold up all the others. */
const lotsAtOnce = 2
const mostInLot = 100
