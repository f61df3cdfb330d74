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
    // The session's row is locked first: whoever comes with the same token meanwhile waits, and finds it spent.
    const result = await deps.database.transaction(context, async inTx => {
      const [spent] = await deps.database.on(inTx).execute<SpentRow>(sql`
        with extended as (
          update users.session
             set expires_at = least(now() + make_interval(days => ${sessionDays.idle}),
                                    created_at + make_interval(days => ${sessionDays.inTotal}))
            from users.refresh_token
           where hash = ${hashOf(refreshToken)}::bytea and spent_at is null
             and session.id = session_id and ended_at is null and expires_at > now()
          returning session.id, user_id
        ), spent as (
          update users.refresh_token set spent_at = now()
            from extended
           where hash = ${hashOf(refreshToken)}::bytea and spent_at is null
          returning session_id
        ), issued as (
          insert into users.refresh_token (hash, session_id) select ${hashOf(next)}::bytea, session_id from spent
        )
        select session_id, account.id as user_id, roles, status
          from spent join extended on extended.id = session_id join users.account on account.id = user_id`)
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
