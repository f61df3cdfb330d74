import { type Id, type InTx, NotFound, type TxContext } from '@plinth/kernel'
import { InvalidToken } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'
import { hashOf, mintToken } from '../sessions/opaque-token.ts'

/** What a mailed token is good for, and for how many minutes. */
const minutes = { verify_email: 7 * 24 * 60, reset_password: 30 } as const

/** See {@link minutes}. */
export type Purpose = keyof typeof minutes

/** Mints a token for a mail; its hash is all that is kept. */
export const issueMailToken =
  ({ database }: UsersDeps) =>
  async (
    context: TxContext,
    { userId, purpose }: { readonly userId: Id<'User'>; readonly purpose: Purpose },
  ) => {
    const token = mintToken()
    const issued = await database.on(context).execute(sql`
      insert into users.mail_token (hash, user_id, purpose, expires_at)
      select ${hashOf(token)}::bytea, id, ${purpose}, now() + make_interval(mins => ${minutes[purpose]})
        from users.account where id = ${userId}
      returning 1`)
    if (issued.length === 0) throw NotFound()
    return { token }
  }

/**
 * Spends a token; whoever comes with the same one again is too late. All others of its kind go with it. The account
 * stays locked until the transaction ends, so that two tokens of one account are not spent crosswise.
 */
export const spendMailToken = async (
  { database }: UsersDeps,
  context: InTx,
  token: string,
  purpose: Purpose,
): Promise<Id<'User'>> => {
  const [spent] = await database.on(context).execute<{ user_id: Id<'User'> }>(sql`
    with owner as (
      select account.id from users.mail_token join users.account on account.id = user_id
       where hash = ${hashOf(token)}::bytea and purpose = ${purpose} and expires_at > now()
         for no key update of account
    ), gone as (
      delete from users.mail_token using owner where user_id = owner.id and purpose = ${purpose}
      returning hash
    )
    select owner.id as user_id from owner where exists (select from gone where hash = ${hashOf(token)}::bytea)`)
  if (spent === undefined) throw InvalidToken()
  return spent.user_id
}
