import { contextOf, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'

const batch = 1000

/** Forgets sessions and mailed tokens that have been of no use for a while. */
export const forgetTokens = ({ database }: Pick<UsersDeps, 'database'>): Job =>
  createJob({
    name: 'users.forget-tokens',
    everyMs: 60 * 60 * 1000,
    run: async () => {
      const queries = database.on(contextOf(service('users')))
      const sessions = await queries.execute(sql`
        delete from users.session where id in (
          select id from users.session where expires_at < now() - interval '1 day' limit ${batch} for update skip locked
        ) returning 1`)
      const tokens = await queries.execute(sql`
        delete from users.mail_token where hash in (
          select hash from users.mail_token where expires_at < now() - interval '1 day' limit ${batch} for update skip locked
        ) returning 1`)
      return sessions.length === batch || tokens.length === batch ? 'again' : 'done'
    },
  })
