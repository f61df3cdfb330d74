import { actingAs, type Id, newId, type TxContext, type User } from '@plinth/kernel'
import type { Tokens } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'
import { hashOf, mintToken } from './opaque-token.ts'

/** Days that a session lasts without being refreshed, and at most (ASVS 5.0, 7.3). */
export const sessionDays = { idle: 30, inTotal: 90 } as const

/**
 * Opens a session for somebody who has just shown this password; undefined when it is no longer the password, or
 * the account no longer active. The account's row is locked meanwhile: a reset or a suspension either sees the
 * session and ends it, or is seen.
 */
export const openSession = async (
  deps: UsersDeps,
  context: TxContext,
  shown: { readonly userId: Id<'User'>; readonly passwordHash: string; readonly device?: string | undefined },
): Promise<Tokens | undefined> => {
  const sessionId = newId<'Session'>()
  const refreshToken = mintToken()
  const holder = await deps.database.transaction(context, async inTx => {
    const [opened] = await deps.database.on(inTx).execute<{ roles: string[] }>(sql`
    with holder as (
      select id, roles from users.account
       where id = ${shown.userId} and password_hash = ${shown.passwordHash} and status = 'active' for share
    ), opened as (
      insert into users.session (id, user_id, expires_at, address, device)
      select ${sessionId}, id, now() + make_interval(days => ${sessionDays.idle}), ${context.address?.slice(0, 100) ?? null},
             ${shown.device ?? null}
        from holder
      returning id
    ), issued as (
      insert into users.refresh_token (hash, session_id) select ${hashOf(refreshToken)}::bytea, id from opened
    )
    select roles from holder`)
    if (opened !== undefined) {
      const { userId: id } = shown
      const user: User = { kind: 'user', id, roles: opened.roles, permissions: [], sessionId }
      await deps.audit.append(actingAs(inTx, user), {
        action: 'users.signed-in',
        subject: { kind: 'user', id },
        details: { sessionId },
      })
    }
    return opened
  })
  return holder && tokensFor(deps, { userId: shown.userId, sessionId, roles: holder.roles }, refreshToken)
}

/** The pair of tokens that a sign-in or a refresh answers with. */
export const tokensFor = async (
  { accessTokens }: UsersDeps,
  holder: Parameters<UsersDeps['accessTokens']['sign']>[0],
  refreshToken: string,
): Promise<Tokens> => ({
  accessToken: await accessTokens.sign(holder),
  refreshToken,
  tokenType: 'Bearer',
  expiresIn: accessTokens.expiresIn,
})
