import type { Id, InputOf, TxContext } from '@plinth/kernel'
import type { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { endSession } from './sessions/end-sessions.ts'
import { hashOf } from './sessions/opaque-token.ts'

/** Ends the session that a refresh token belongs to, spent or not; a token that nobody knows ends nothing. */
export const logout =
  (deps: UsersDeps) =>
  (context: TxContext, { refreshToken }: InputOf<typeof usersContract, 'logout'>): Promise<undefined> =>
    deps.database.transaction(context, async inTx => {
      const [token] = await deps.database
        .on(inTx)
        .execute<{ session_id: Id<'Session'>; user_id: Id<'User'> }>(sql`
        select session_id, user_id from users.refresh_token join users.session on session.id = session_id
         where hash = ${hashOf(refreshToken)}::bytea and ended_at is null`)
      if (token === undefined) return undefined
      await endSession(deps, inTx, token.session_id)
      await deps.audit.append(inTx, {
        action: 'users.signed-out',
        subject: { kind: 'user', id: token.user_id },
        details: { sessionId: token.session_id },
      })
      return undefined
    })
