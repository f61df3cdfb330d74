import { contextOf, service } from '@plinth/kernel'
import { createJob, type Database, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

const batch = 1000

/** Forgets entries that are older than so many days, by the one function of the database that may. */
export const forgetEntries = (database: Database, days: number): Job => {
  const forget = sql.raw(`${database.schema}.forget_audit`)
  return createJob({
    name: `${database.schema}.forget-audit`,
    everyMs: 60 * 60 * 1000,
    run: async () => {
      const [row] = await database
        .on(contextOf(service('audit')))
        .execute<{ gone: number }>(
          sql`select ${forget}(now() - make_interval(days => ${days}), ${batch}) as gone`,
        )
      return row?.gone === batch ? 'again' : 'done'
    },
  })
}
