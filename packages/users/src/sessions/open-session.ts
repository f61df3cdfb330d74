import { type Id, type InTx, newId } from '@plinth/kernel'
import type { Tokens } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'
import { hashOf, mintToken } from './opaque-token.ts'

/** Days that a session lasts without being refreshed. */
export const sessionDays = 30

interface Holder {
  readonly userId: Id<'User'>
  readonly roles: readonly string[]
}

/** Opens a session for somebody who has just shown who they are. */
export const openSession = async (deps: UsersDeps, context: InTx, holder: Holder): Promise<Tokens> => {
  const sessionId = newId<'Session'>()
  const refreshToken = mintToken()
  await deps.database.on(context).execute(sql`
    with opened as (
      insert into users.session (id, user_id, expires_at)
      values (${sessionId}, ${holder.userId}, now() + make_interval(days => ${sessionDays}))
      returning id
    )
    insert into users.refresh_token (hash, session_id) select ${hashOf(refreshToken)}::bytea, id from opened`)
  return tokensFor(deps, { ...holder, sessionId }, refreshToken)
}

/** The pair of tokens that a sign-in or a refresh answers with. */
export const tokensFor = async (
  { accessTokens }: UsersDeps,
  holder: Holder & { readonly sessionId: Id<'Session'> },
  refreshToken: string,
): Promise<Tokens> => ({
  accessToken: await accessTokens.sign(holder),
  refreshToken,
  tokenType: 'Bearer',
  expiresIn: accessTokens.expiresIn,
})
