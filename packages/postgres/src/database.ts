import type { InTx, TxContext } from '@plinth/kernel'
import type { Planning } from './connection.ts'
import { failureOf } from './failure.ts'
import { within } from './patience.ts'
import type { Pool } from './pool.ts'
import { type Queries, queriesOver, type Run } from './queries.ts'
import { count } from './tally.ts'
import { tracedRun, tracedTransaction } from './traced.ts'
import { transact } from './transaction.ts'
import { openedBy } from './tx.ts'

/** A domain's view of a database. Several share a pool; each owns one schema. */
export interface Database {
  readonly pool: Pool
  /** The PostgreSQL schema that belongs to the domain. Its statements name it; nothing relies on `search_path`. */
  readonly schema: string
  /**
   * Queries within the context's transaction where it has one, else each in a transaction of its own. They
   * keep to the context's deadline and signal. A transaction of another pool is refused.
   */
  on(context: TxContext): Queries
  /**
   * The same for statements whose best plan depends on the values that they come with, a rare word or a usual one: each
   * is planned for its own, which costs a round trip more.
   */
  plannedAnew(context: TxContext): Queries
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
}: {
  readonly pool: Pool
  readonly schema: string
}): Database => {
  if (!/^[a-z][a-z0-9_]*$/.test(schema)) throw new Error(`${schema} is no name for a schema`)
  return {
    pool,
    schema,
    on(context) {
      return queriesOver(tracedRun(pool, schema, context, runOf(pool, context, 'kept')))
    },
    plannedAnew(context) {
      return queriesOver(tracedRun(pool, schema, context, runOf(pool, context, 'anew')))
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
