import { ContractError, DeadlineExceeded, remaining, type TxContext, Unavailable } from '@plinth/kernel'
import { DrizzleQueryError } from 'drizzle-orm'
import postgres from 'postgres'

/**
 * A statement that PostgreSQL refused. Parameters, row contents and the statement stay out of it, so that it
 * may be logged; the message is PostgreSQL's own.
 */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  /** SQLSTATE, five characters (manual, appendix A). */
  readonly code: string
  readonly constraint_name: string | undefined
  readonly schema_name: string | undefined
  readonly table_name: string | undefined
  readonly column_name: string | undefined
  /** Where in the statement, in characters from 1; only of use to whoever wrote the statement. */
  readonly position: number | undefined

  constructor(refusal: postgres.PostgresError) {
    super(refusal.message)
    this.code = refusal.code
    this.constraint_name = refusal.constraint_name
    this.schema_name = refusal.schema_name
    this.table_name = refusal.table_name
    this.column_name = refusal.column_name
    this.position = refusal.position === undefined ? undefined : Number(refusal.position)
  }
}

/** The connection is gone, and with it whatever it was doing. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  readonly code = 'CONNECTION_LOST'
}

/** The SQLSTATE somewhere in an error's chain of causes, where there is one. */
export const sqlStateOf = (error: unknown): string | undefined => refusalIn(error)?.code

/** Whether a unique constraint refused it (23505), or the named one did. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  const refusal = refusalIn(error)
  return refusal?.code === '23505' && (constraint === undefined || refusal.constraint_name === constraint)
}

/**
 * What callers get to see of a failure: `Unavailable` where trying again may help (the connection was lost, the
 * server is going or coming, a deadlock, a serialisation failure, a statement over its time),
 * `DeadlineExceeded` where the caller's own deadline cut it short, {@link StatementFailed} where the
 * statement was refused, anything else as it is.
 */
export const failureOf = (thrown: unknown, context?: TxContext): unknown => {
  const error = thrown instanceof DrizzleQueryError ? thrown.cause : thrown
  if (error instanceof ContractError || error instanceof StatementFailed) return error
  if (error instanceof postgres.PostgresError) {
    const cause = new StatementFailed(error)
    if (cause.code === queryCanceled && context !== undefined && (remaining(context) ?? 1_000) < slack)
      return DeadlineExceeded(undefined, { cause })
    return passing.test(cause.code) ? Unavailable(undefined, { cause }) : cause
  }
  if (error instanceof ConnectionLost || isNetworkError(error))
    return Unavailable(undefined, { cause: error })
  return error
}

/** Whether connecting will fail again however often it is tried: the password, the database or the role is wrong. */
export const isLasting = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && /^(28|3D|42|22|0A)/.test(error.code)

const refusalIn = (error: unknown): StatementFailed | undefined => {
  let current = error
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if (current instanceof StatementFailed) return current
    current = current.cause
  }
  return undefined
}

const queryCanceled = '57014'

/** The server's clock and ours meet within this many milliseconds. */
const slack = 100

/**
 * Connection exceptions, read-only after a failover, serialisation failure, deadlock, insufficient resources, lock not
 * available, operator intervention (a cancelled statement among them), time outs of idle sessions.
 */
const passing = /^(08|25006|25P03|40001|40P01|53|55P03|57|58)/

const isNetworkError = (error: unknown): error is Error =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^(CONNECT|E[A-Z]+$|ERR_(STREAM|SOCKET|SSL|TLS))/.test(error.code)

/** Whether something was away or slow, so that the same may work in a moment. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ContractError && (error.kind === 'unavailable' || error.kind === 'deadline')
