import type { InTx, TxContext } from '@plinth/kernel'
import { type Database, isPassing, sqlStateOf } from '@plinth/postgres'

/** What came of one of several: it is done, or nothing of it is. */
export type Outcome<Done> = { readonly done: Done } | { readonly refusal: unknown }

/**
 * Does the same for several items in one transaction, all at once, so that what they ask for in the same turn is asked
 * for together (see `inLots`). Where one of them is refused, nothing is done, and the others begin anew without it: each
 * is all or nothing, and none fails because of another. What PostgreSQL refuses, or is away for, fails for all.
 */
export const doTogether = async <Item, Done>(
  database: Database,
  context: TxContext,
  items: readonly Item[],
  work: (context: InTx, item: Item) => Promise<Done>,
): Promise<Outcome<Done>[]> => {
  const outcomes = new Map<Item, Outcome<Done>>()
  let left = items
  while (left.length > 0) {
    const present = left
    await database
      .transaction(context, async inTx => {
        const results = await Promise.allSettled(present.map(item => work(inTx, item)))
        const refused = results.filter(result => result.status === 'rejected')
        const failed = refused.find(({ reason }) => sqlStateOf(reason) !== undefined || isPassing(reason))
        if (failed !== undefined) throw failed.reason
        for (const [at, item] of present.entries()) {
          const result = results[at]
          if (result?.status === 'rejected') outcomes.set(item, { refusal: result.reason })
          else if (result !== undefined && refused.length === 0) outcomes.set(item, { done: result.value })
        }
        if (refused.length > 0) throw anew
      })
      .catch((error: unknown) => {
        if (error !== anew) throw error
      })
    left = present.filter(item => !outcomes.has(item))
  }
  return items.map(item => outcomes.get(item) ?? { refusal: new Error('nothing came of it') })
}

/** Rolls back what was done beside somebody who was refused. */
const anew = new Error('somebody was refused')
