import { contextOf, type InTx, type Tx, type TxContext } from '@plinth/kernel'
import { sqlStateOf } from './failure.ts'
import { createLanes } from './lanes.ts'
import { inTime, type Lot, nextLot, type Place, pickLot } from './lot.ts'
import { refuseLate, within } from './patience.ts'

/** How to do something for several callers at once. */
export interface LotOptions<Item, Result> {
  /**
   * Does it for all of them, in one statement or one transaction: all or nothing. Gives the results in the order of the
   * items; one that is the matter of a single item is a result, not an error.
   */
  readonly work: (context: TxContext, items: readonly Item[]) => Promise<readonly Result[]>
  /** Items of one name are never under way at the same time: whoever comes second waits. None share a name unless given. */
  readonly nameOf?: (item: Item) => string
}

/**
 * Group commit: whoever asks while a lot is under way waits for the next one, together with all who ask meanwhile; the
 * next one does not wait for a lot that takes long. Who asks alone does not wait; the more there are at once, the less
 * each of them costs. A lot that PostgreSQL refuses is done again one by one, so that nobody fails because of another.
 *
 * A lot belongs to several callers, so their actors do not go along; what it does is part of the trace of the first. Its
 * deadline is that of the most patient; each caller leaves at its own.
 *
 * Callers in a transaction have it done there: those of one transaction who ask in the same turn of the event loop are
 * one lot. So whoever does something for many in one transaction asks for each of them, all at once.
 */
export const inLots = <Item, Result>(
  options: LotOptions<Item, Result>,
): ((context: TxContext, item: Item) => Promise<Result>) => {
  const apart = lotsApart(options)
  const joined = lotsJoined(options)
  return (context, item) => {
    const { tx } = context
    return tx === undefined ? apart(context, item) : joined({ ...context, tx }, item)
  }
}

/** Lots in transactions of their own. */
const lotsApart = <Item, Result>({ work, nameOf }: LotOptions<Item, Result>) => {
  const busy = new Set<string>()
  let waiting: Lot<Item, Result> = []
  let called = false

  const call = () => {
    if (called || waiting.length === 0 || !lanes.isFree()) return
    called = true
    // Whatever else the sockets brought in this turn comes along.
    setImmediate(() => {
      called = false
      const { lot, left } = nextLot(waiting.filter(inTime), { nameOf, busy })
      waiting = left
      // Otherwise all of them wait for others of their names.
      if (lot.length > 0) void carry(lot)
    })
  }
  const lanes = createLanes(call)

  const carry = async (lot: Lot<Item, Result>): Promise<void> => {
    const refused = await lanes.run(() => settle(lot))
    // They are not in the way of later lots any more: one of them may have to wait for long.
    for (const place of refused) void settle([place].filter(inTime)).then(call)
  }

  /** Does it, and gives back those that are to be done again by themselves. */
  const settle = async (lot: Lot<Item, Result>): Promise<Lot<Item, Result>> => {
    if (lot.length === 0) return []
    const deadline = Math.max(...lot.map(({ context }) => context.deadline ?? Number.POSITIVE_INFINITY))
    const traceparent = lot.find(({ context: own }) => own.traceparent !== undefined)?.context.traceparent
    const context = {
      ...contextOf(),
      ...(Number.isFinite(deadline) && { deadline }),
      ...(traceparent !== undefined && { traceparent }),
    }
    const names = nameOf === undefined ? [] : lot.map(({ item }) => nameOf(item))
    for (const name of names) busy.add(name)
    try {
      await carryOut(work, context, lot)
    } catch (error) {
      // What PostgreSQL itself has refused has changed nothing.
      if (lot.length > 1 && sqlStateOf(error) !== undefined) return lot
      for (const { reject } of lot) reject(error)
    } finally {
      for (const name of names) busy.delete(name)
    }
    return []
  }

  return async (context: TxContext, item: Item): Promise<Result> => {
    refuseLate(context)
    const result = new Promise<Result>((resolve, reject) => {
      waiting.push({ item, context, since: performance.now(), resolve, reject })
    })
    call()
    return within(context, result)
  }
}

/** Lots in the transaction of who asks. */
const lotsJoined = <Item, Result>({ work, nameOf }: LotOptions<Item, Result>) => {
  const gathered = new WeakMap<Tx, Lot<Item, Result>>()

  const carry = async (context: InTx): Promise<void> => {
    let left = gathered.get(context.tx) ?? []
    gathered.delete(context.tx)
    while (left.length > 0) {
      const picked = pickLot(left, { nameOf, busy: nobody })
      left = picked.left
      // The transaction is lost when a statement in it fails, and with it whatever comes next.
      await carryOut(work, context, picked.lot).catch((error: unknown) => {
        for (const { reject } of picked.lot) reject(error)
      })
    }
  }

  return (context: InTx, item: Item): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      const place = { item, context, since: performance.now(), resolve, reject }
      const others = gathered.get(context.tx)
      if (others !== undefined) {
        others.push(place)
        return
      }
      gathered.set(context.tx, [place])
      setImmediate(() => void carry(context))
    })
}

const carryOut = async <Item, Result>(
  work: LotOptions<Item, Result>['work'],
  context: TxContext,
  lot: readonly Place<Item, Result>[],
): Promise<void> => {
  const results = await work(
    context,
    lot.map(({ item }) => item),
  )
  if (results.length !== lot.length) throw new Error(`${results.length} results for ${lot.length} items`)
  for (const [at, result] of results.entries()) lot[at]?.resolve(result)
}

const nobody: ReadonlySet<string> = new Set()
