import { contextOf, type InputOf, type InTx, newId, service, type TxContext } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, emailKey } from './account.ts'
import type { UsersDeps } from './deps.ts'

/** Mails of this kind that an account gets at most in ten minutes: it is strangers who ask for more. */
const mostMails = 5

/** Requests that are looked into at a time. */
const batch = 50

/**
 * Has a mail sent with which to set a new password. Nobody can tell from it whether there is an account, from the time
 * it takes neither: each request is written down, and the job looks into it after the answer.
 */
export const passwordResetRequests = (deps: UsersDeps) => {
  const job: Job = createJob({
    name: 'users.look-into-reset-requests',
    everyMs: 5_000,
    run: async () => ((await lookInto(deps)) === batch ? 'again' : 'done'),
  })
  return {
    job,
    request: async (
      context: TxContext,
      { email }: InputOf<typeof usersContract, 'requestPasswordReset'>,
    ): Promise<undefined> => {
      await deps.database.on(context).execute(sql`
        insert into users.reset_request (id, email_key, traceparent)
        values (${newId()}, ${emailKey(email)}, ${context.traceparent ?? null})`)
      job.wake()
      return undefined
    },
  }
}

/** Announces what was asked for by those who have an account; says how many requests there were. */
const lookInto = ({ database, outbox }: UsersDeps): Promise<number> =>
  database.transaction(contextOf(service('users')), async inTx => {
    // Accounts are locked in one order, so that replicas wait for each other instead of for ever.
    const asked = await database.on(inTx).execute<RequestRow>(sql`
      with due as materialized (
        select id from users.reset_request order by id limit ${batch} for update skip locked
      ), gone as (
        delete from users.reset_request where id in (select id from due)
        returning id, email_key, traceparent
      )
      select email_key, traceparent from gone order by email_key, id`)
    for (const { email_key: key, traceparent } of asked) {
      const account = await mailTo(database, inTx, key)
      if (account === undefined) continue
      const { id, email, name } = account
      const within: InTx = traceparent === null ? inTx : { ...inTx, traceparent }
      await outbox.append(within, usersContract.events.passwordResetRequested, {
        subject: id,
        data: { userId: id, email, name },
      })
    }
    return asked.length
  })

/** The account to mail to, if there is one that did not get its mails already. */
const mailTo = async (database: UsersDeps['database'], inTx: InTx, key: string) => {
  const lately = sql`array(select at from unnest(resets_asked) at where at > now() - interval '10 minutes')`
  const [account] = await database.on(inTx).execute<Pick<AccountRow, 'id' | 'email' | 'name'>>(sql`
    update users.account set resets_asked = ${lately} || now()
     where email_key = ${key} and cardinality(${lately}) < ${mostMails}
    returning id, email, name`)
  return account
}

type RequestRow = {
  readonly email_key: string
  readonly traceparent: string | null
}
