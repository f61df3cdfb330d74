import { DrizzleQueryError } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { PgRemoteDatabase, PgRemoteSession } from 'drizzle-orm/pg-proxy'
import type { StatementForm, StatementResult } from './connection.ts'

/**
 * Drizzle's query builder: `.select().from(table)`, `.insert(table)`, ``.execute<Row>(sql`...`)`` for rows as objects.
 * In a `sql` template an array becomes a list `(a, b)`; `${sql.param(ids)}::uuid[]` passes it as an array.
 */
export type Queries = PgRemoteDatabase

/** Sends one statement. */
export type Run = (text: string, params: readonly unknown[], form: StatementForm) => Promise<StatementResult>

/** Drizzle over the given way to run statements. */
export const queriesOver = (run: Run): Queries => new PgRemoteDatabase(dialect, new Session(run), undefined)

const dialect = new PgDialect()

type Prepare = PgRemoteSession<Record<string, never>, Record<string, never>>['prepareQuery']

/** Drizzle's own session, whose errors are freed of drizzle's wrapping: its message quotes the parameters. */
class Session extends PgRemoteSession<Record<string, never>, Record<string, never>> {
  constructor(run: Run) {
    super(
      async (text, params, method) => {
        const { rows } = await run(text, params, method === 'all' ? 'arrays' : 'objects')
        return { rows: [...rows] }
      },
      dialect,
      undefined,
    )
  }

  override prepareQuery: Prepare = (...args) => {
    const query = super.prepareQuery(...args)
    const execute = query.execute.bind(query)
    query.execute = values =>
      execute(values).catch((error: unknown) => {
        throw error instanceof DrizzleQueryError ? error.cause : error
      })
    return query
  }
}
