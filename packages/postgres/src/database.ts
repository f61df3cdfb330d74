import { DeadlineExceeded, type InTx, type TxContext } from '@plinth/kernel'
import type { Planning } from './connection.ts'
import { failureOf, isPassing } from './failure.ts'
import { within } from './patience.ts'
import type { Pool } from './pool.ts'
import { type Queries, queriesOver, type Run } from './queries.ts'
import type { Replica } from './replica.ts'
import { count } from './tally.ts'
import { tracedRun, tracedTransaction } from './traced.ts'
import { transact } from './transaction.ts'
import { openedBy } from './tx.ts'

/** A domain's view of a database. Several share a pool; each owns one schema. */
export interface Database {
  readonly pool: Pool
  /** The PostgreSQL schema that belongs to the domain. Its statements name it; nothing relies on `search_path`. */
  readonly schema: string
  /** A copy that {@link Database.onReplica} may ask, where there is one. */
  readonly replica: Replica | undefined
  /**
   * Queries within the context's transaction where it has one, else each in a transaction of its own. They
   * keep to the context's deadline and signal. A transaction of another pool is refused.
   *
   * @param planning `anew` for statements whose best plan depends on the values that they come with, a rare word or a
   * usual one: each is planned for its own, which costs a round trip more. `kept` unless given
   */
  on(context: TxContext, planning?: Planning): Queries
  /**
   * Queries for what may be some moments old: answered by the replica where there is one that is up to date, and by the
   * primary where there is none, or it fails, or the context has a transaction.
   */
  onReplica(context: TxContext, planning?: Planning): Queries
  /**
   * Joins the context's transaction, or opens one: committed when the work returns, rolled back when it throws. Await
   * nothing but the database inside. See {@link transact} for what it throws.
   */
  transaction<T>(context: TxContext, work: (context: InTx) => Promise<T>): Promise<T>
}

/** A domain's view of the pool's database. */
export const createDatabase = ({
  pool,
  schema,
  replica,
}: {
  readonly pool: Pool
  readonly schema: string
  readonly replica?: Replica | undefined
}): Database => {
  if (!/^[a-z][a-z0-9_]*$/.test(schema)) throw new Error(`${schema} is no name for a schema`)
  return {
    pool,
    schema,
    replica,
    on(context, planning = 'kept') {
      return queriesOver(tracedRun(pool, schema, context, runOf(pool, context, planning)))
    },
    onReplica(context, planning = 'kept') {
      const run = runOf(pool, context, planning)
      if (context.tx !== undefined || replica?.isUsable() !== true)
        return queriesOver(tracedRun(pool, schema, context, run))
      return queriesOver(tracedRun(pool, schema, context, replicated(replica, context, planning, run)))
    },
    transaction: (context, work) =>
      tracedTransaction(pool, schema, context, within => transact(pool, within, work)),
  }
}

/** In the transaction of the context, or alone. */
const runOf = (pool: Pool, context: TxContext, planning: Planning): Run => {
  if (context.tx === undefined) return alone(pool, context, planning)
  const tx = openedBy(pool, context.tx)
  return (text, params, form) => tx.run(context, text, params, form, planning)
}

/** On the replica; where that does not work, as it would be without one. */
const replicated = (replica: Replica, context: TxContext, planning: Planning, otherwise: Run): Run => {
  const run = alone(replica.pool, context, planning)
  return (text, params, form) =>
    run(text, params, form).catch((error: unknown) => {
      if (DeadlineExceeded.is(error)) throw error
      // It is gone, or it is not as far as the statement, which needs a table that is new.
      if (isPassing(error)) replica.doubt()
      return otherwise(text, params, form)
    })
}

/** A statement by itself. Its connection goes back when the server is done with it, though the caller may leave before. */
const alone =
  (pool: Pool, context: TxContext, planning: Planning): Run =>
  async (text, params, form) => {
    count({ statements: 1, transactions: 1 })
    const connection = await pool.connections.acquire(context, 'shared')
    const answer = connection
      .run(text, params, form, planning)
      .finally(() => pool.connections.release(connection))
    try {
      return await within(context, answer)
    } catch (error) {
      throw failureOf(error, context)
    }
  }
