import { type InTx, remaining, type TxContext } from '@plinth/kernel'
import { plannerSettings } from './connection.ts'
import { failureOf } from './failure.ts'
import { within } from './patience.ts'
import type { Pool } from './pool.ts'
import { count } from './tally.ts'
import { DatabaseTx, openedBy, unwrap } from './tx.ts'

/**
 * Runs the work in a transaction: the context's own, when there is one, else a new one that is committed when the
 * work returns and rolled back when it throws or when any of its statements failed. Nothing is retried. `Unavailable`
 * from COMMIT itself means that the outcome is not known.
 */
export const transact = async <T>(
  pool: Pool,
  context: TxContext,
  work: (context: InTx) => Promise<T>,
): Promise<T> => {
  if (context.tx !== undefined) {
    const { tx } = context
    if (openedBy(pool, tx).over) throw new Error('the transaction is over; nothing can join it any more')
    return work({ ...context, tx })
  }
  count({ transactions: 1 })
  const tx = new DatabaseTx(pool, await pool.connections.acquire(context, 'whole'))
  const result = await begin(tx, context)
    .then(() => work({ ...context, tx }))
    .then(value => {
      if (tx.failure !== undefined) throw tx.failure
      return value
    })
    .catch(async (error: unknown) => {
      await rollback(tx, context)
      throw failureOf(error, context)
    })
  await commit(tx)
  for (const action of tx.afterCommit) tellOf(pool, action)
  return result
}

/**
 * Runs the function once the transaction is committed, and never if it is rolled back: to wake a job, to
 * drop a cache entry. It should be quick; what it throws is logged.
 */
export const afterCommit = ({ tx }: InTx, action: () => void): void => {
  unwrap(tx).afterCommit.push(action)
}

const begin = async (tx: DatabaseTx, context: TxContext) => {
  const { session } = tx.pool.connections
  const left = remaining(context)
  const limit = session.statementTimeoutMs
  const shorter = left !== undefined && (limit === 0 || left < limit)
  const ms = shorter ? Math.max(1, Math.ceil(left)) : limit
  const settings =
    session.pooling === 'transaction'
      ? { statement_timeout: ms, idle_in_transaction_session_timeout: limit * 2, ...plannerSettings(session) }
      : shorter
        ? { statement_timeout: ms }
        : {}
  const statements = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`)
  await tx.run(context, ['begin', ...statements].join('; '), [], 'script')
}

const commit = async (tx: DatabaseTx) => {
  tx.over = true
  const { command } = await tx.connection.run('commit', [], 'script').catch((error: unknown) => {
    tx.connection.end()
    throw failureOf(error)
  })
  tx.pool.connections.release(tx.connection)
  // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed that nobody waited for.
  if (command !== 'COMMIT') throw tx.failure ?? new Error('a statement that nobody waited for has failed')
}

/** The caller waits for it as long as its patience lasts; it is done in any case. */
const rollback = async (tx: DatabaseTx, context: TxContext) => {
  tx.over = true
  const done = tx.connection.run('rollback', [], 'script').then(
    () => tx.pool.connections.release(tx.connection),
    () => tx.connection.end(),
  )
  await within(context, done).catch(() => undefined)
}

const tellOf = (pool: Pool, action: () => void) => {
  try {
    action()
  } catch (error) {
    pool.connections.session.logger.error({ err: error }, 'an action after a commit failed')
  }
}
