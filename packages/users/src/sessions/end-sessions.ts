import type { Id, InTx } from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import { type SQL, sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'

/** Ends a session: its refresh tokens are no good from now on, its access tokens within seconds. */
export const endSession = (deps: UsersDeps, context: InTx, sessionId: Id<'Session'>): Promise<void> =>
  endWhere(deps, context, sql`id = ${sessionId}`)

/** Ends all sessions of a user, or all but one. */
export const endSessionsOf = (
  deps: UsersDeps,
  context: InTx,
  userId: Id<'User'>,
  except?: string,
): Promise<void> =>
  endWhere(
    deps,
    context,
    except === undefined ? sql`user_id = ${userId}` : sql`user_id = ${userId} and id <> ${except}`,
  )

const endWhere = async ({ database, announce }: UsersDeps, context: InTx, which: SQL): Promise<void> => {
  const ended = await database.on(context).execute<{ id: Id<'Session'>; ended_at: Date }>(sql`
    update users.session set ended_at = now() where ${which} and ended_at is null returning id, ended_at`)
  if (ended.length === 0) return
  afterCommit(context, () =>
    announce(
      ended.map(({ id, ended_at }) => ({ kind: 'session_ended', sessionId: id, at: ended_at.toISOString() })),
    ),
  )
}
