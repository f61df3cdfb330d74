import { contextOf, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'

const batch = 1000

/**
 * Forgets sessions and mailed tokens that have been of no use for a while. A long session leaves thousands of refresh
 * tokens, which go first, so that no statement deletes more than a batch.
 */
export const forgetTokens = ({ database }: Pick<UsersDeps, 'database'>): Job =>
  createJob({
    name: 'users.forget-tokens',
    everyMs: 60 * 60 * 1000,
    run: async () => {
      const queries = database.on(contextOf(service('users')))
      const refreshTokens = await queries.execute(sql`
        delete from users.refresh_token where hash in (
          select hash from users.session join users.refresh_token token on token.session_id = session.id
           where expires_at < now() - interval '1 day' limit ${batch} for update of token skip locked
        ) returning 1`)
      const sessions = await queries.execute(sql`
        delete from users.session where id in (
          select id from users.session
           where expires_at < now() - interval '1 day'
             and not exists (select from users.refresh_token where session_id = session.id)
           limit ${batch} for update skip locked
        ) returning 1`)
      const mailTokens = await queries.execute(sql`
        delete from users.mail_token where hash in (
          select hash from users.mail_token where expires_at < now() - interval '1 day' limit ${batch} for update skip locked
        ) returning 1`)
      return [refreshTokens, sessions, mailTokens].some(({ length }) => length === batch) ? 'again' : 'done'
    },
  })
