import { Tx, type TxContext } from '@plinth/kernel'
import type { Connection, Planning, StatementForm, StatementResult } from './connection.ts'
import { failureOf } from './failure.ts'
import { refuseLate, within } from './patience.ts'
import type { Pool } from './pool.ts'
import { count } from './tally.ts'

/**
 * An open transaction: one connection, from BEGIN until COMMIT or ROLLBACK. After that, or once the connection is
 * lost, it refuses every statement by itself.
 */
export class DatabaseTx extends Tx {
  protected override readonly opened = true
  readonly pool: Pool
  readonly connection: Connection
  /** What runs once it is committed. */
  readonly afterCommit: (() => void)[] = []
  /** The first statement's failure. PostgreSQL then takes nothing but a ROLLBACK, so later ones fail with it at once. */
  failure: unknown
  over = false

  constructor(pool: Pool, connection: Connection) {
    super()
    this.pool = pool
    this.connection = connection
  }

  /** Sends a statement within the transaction. */
  async run(
    context: TxContext,
    text: string,
    params: readonly unknown[],
    form: StatementForm,
    planning: Planning = 'kept',
  ): Promise<StatementResult> {
    if (this.over) throw new Error('the transaction is over; nothing can join it any more')
    if (this.failure !== undefined) throw this.failure
    if (form !== 'script') count({ statements: 1 })
    try {
      refuseLate(context)
      return await within(context, this.connection.run(text, params, form, planning))
    } catch (error) {
      const failure = failureOf(error, context)
      this.failure ??= failure
      throw failure
    }
  }
}

/** The transaction behind a context's handle; an error where it belongs to another database. */
export const openedBy = (pool: Pool, tx: Tx): DatabaseTx => {
  const opened = unwrap(tx)
  if (opened.pool !== pool)
    throw new Error(
      'the transaction belongs to another database; call this one without it (see withoutTx, detached)',
    )
  return opened
}

/** The transaction behind a handle, whichever pool it belongs to. */
export const unwrap = (tx: Tx): DatabaseTx => {
  if (!(tx instanceof DatabaseTx)) throw new TypeError('this is not a transaction of @plinth/postgres')
  return tx
}
