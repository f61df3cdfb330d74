import {
  asId,
  cursorsFor,
  type Id,
  type InputOf,
  NotFound,
  type Page,
  pageFrom,
  type TxContext,
  Unauthenticated,
  type User,
} from '@plinth/kernel'
import { type Session, sessionId, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { endSession, endSessionsOf } from './sessions/end-sessions.ts'

const cursors = cursorsFor('sessions', sessionId)

/** The sessions of whoever asks that are still good, newest first. */
export const listSessions =
  ({ database }: UsersDeps) =>
  async (
    context: TxContext,
    { limit, cursor }: InputOf<typeof usersContract, 'listSessions'>,
  ): Promise<Page<Session>> => {
    const me = userOf(context)
    const after = cursors.read(cursor, {})
    const rows = await database.on(context).execute<SessionRow>(sql`
      select id, created_at, last_used_at, expires_at, address, device from users.session
       where user_id = ${me.id} and ended_at is null and expires_at > now()
             ${after === undefined ? sql`` : sql`and id < ${after}`}
       order by id desc
       limit ${limit + 1}`)
    return pageFrom(
      rows,
      limit,
      row => showSession(row, me),
      row => cursors.write(row.id, {}),
    )
  }

/** Ends a session of whoever asks; again has no further effect. */
export const endOwnSession =
  (deps: UsersDeps) =>
  (context: TxContext, input: InputOf<typeof usersContract, 'endSession'>): Promise<undefined> =>
    deps.database.transaction(context, async inTx => {
      const { id } = userOf(context)
      const { sessionId } = input
      const [own] = await deps.database
        .on(inTx)
        .execute<{ ended_at: Date | null }>(
          sql`select ended_at from users.session where id = ${sessionId} and user_id = ${id}`,
        )
      if (own === undefined) throw NotFound()
      if (own.ended_at !== null) return undefined
      await endSession(deps, inTx, sessionId)
      const subject = { kind: 'user', id }
      await deps.audit.append(inTx, { action: 'users.session-ended', subject, details: { sessionId } })
      return undefined
    })

/** Ends all sessions of whoever asks but the one they ask in. */
export const endOtherSessions =
  (deps: UsersDeps) =>
  (context: TxContext): Promise<undefined> =>
    deps.database.transaction(context, async inTx => {
      const me = userOf(context)
      await endSessionsOf(deps, inTx, asId<'User'>(me.id), me.sessionId)
      const subject = { kind: 'user', id: me.id }
      await deps.audit.append(inTx, { action: 'users.other-sessions-ended', subject })
      return undefined
    })

const userOf = ({ actor }: TxContext): User => {
  if (actor.kind !== 'user') throw Unauthenticated()
  return actor
}

const showSession = (row: SessionRow, me: User): Session => ({
  id: row.id,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  address: row.address,
  device: row.device,
  current: row.id === me.sessionId,
})

type SessionRow = {
  readonly id: Id<'Session'>
  readonly created_at: Date
  readonly last_used_at: Date
  readonly expires_at: Date
  readonly address: string | null
  readonly device: string | null
}
