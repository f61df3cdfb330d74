import { type Id, type InputOf, type TxContext, Unauthenticated } from '@plinth/kernel'
import { AccountSuspended, RefreshTokenReused, type Tokens, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { endSession } from './sessions/end-sessions.ts'
import { hashOf, mintToken } from './sessions/opaque-token.ts'
import { sessionDays, tokensFor } from './sessions/open-session.ts'

/**
 * Trades a refresh token for a new pair. A token is good once; one that comes a second time has been
 * stolen, from the client or by it, so the whole session ends (RFC 9700, section 4.14.2).
 */
export const refresh =
  (deps: UsersDeps) =>
  async (context: TxContext, { refreshToken }: InputOf<typeof usersContract, 'refresh'>): Promise<Tokens> => {
    const next = mintToken()
    const result = await deps.database.transaction(context, async inTx => {
      const [spent] = await deps.database.on(inTx).execute<SpentRow>(sql`
        with spent as (
          update users.refresh_token set spent_at = now()
            from users.session
           where hash = ${hashOf(refreshToken)}::bytea and spent_at is null
             and session.id = session_id and session.ended_at is null and session.expires_at > now()
          returning session_id
        ), extended as (
          update users.session set expires_at = now() + make_interval(days => ${sessionDays})
            from spent where session.id = spent.session_id
          returning session.id, user_id
        ), issued as (
          insert into users.refresh_token (hash, session_id) select ${hashOf(next)}::bytea, id from extended
        )
        select extended.id as session_id, account.id as user_id, roles, status
          from extended join users.account on account.id = extended.user_id`)
      if (spent !== undefined) return spent
      const [old] = await deps.database
        .on(inTx)
        .execute<{ session_id: Id<'Session'>; spent_at: Date | null }>(sql`
        select session_id, spent_at from users.refresh_token where hash = ${hashOf(refreshToken)}::bytea`)
      if (old === undefined || old.spent_at === null) return 'unknown'
      await endSession(deps, inTx, old.session_id)
      return 'reused'
    })
    if (result === 'unknown') throw Unauthenticated('This refresh token is not valid.')
    if (result === 'reused') throw RefreshTokenReused()
    if (result.status === 'suspended') throw AccountSuspended()
    return tokensFor(
      deps,
      { userId: result.user_id, sessionId: result.session_id, roles: result.roles },
      next,
    )
  }

type SpentRow = {
  readonly session_id: Id<'Session'>
  readonly user_id: Id<'User'>
  readonly roles: string[]
  readonly status: 'active' | 'suspended'
}
