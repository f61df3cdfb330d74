import { randomBytes } from 'node:crypto'
import { type Id, type InputOf, type InTx, type TxContext, Unauthenticated } from '@plinth/kernel'
import { AccountSuspended, RefreshTokenReused, type Tokens, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { endSession } from './sessions/end-sessions.ts'
import { hashOf, mintToken, successorOf } from './sessions/opaque-token.ts'
import { sessionDays, tokensFor } from './sessions/open-session.ts'

/**
 * Trades a refresh token for a new pair. A token is good once; one that comes a second time has been
 * stolen, from the client or by it, so the whole session ends (RFC 9700, section 4.14.2).
 *
 * Only the client itself knows which key it sent along: with the same one it gets the same successor once more
 * for {@link graceSeconds}, as long as that was not used, since the first answer was lost.
 */
export const refresh =
  (deps: UsersDeps) =>
  async (context: TxContext, { refreshToken }: InputOf<typeof usersContract, 'refresh'>): Promise<Tokens> => {
    // The session's row is locked first: whoever comes with the same token meanwhile waits, and finds it spent.
    const result = await deps.database.transaction(
      context,
      async inTx =>
        (await spend(deps, inTx, refreshToken)) ??
        (await repeat(deps, inTx, refreshToken)) ??
        (await refuse(deps, inTx, refreshToken)),
    )
    if (result === 'unknown') throw Unauthenticated('This refresh token is not valid.')
    if (result === 'reused') throw RefreshTokenReused()
    if (result.status === 'suspended') throw AccountSuspended()
    return tokensFor(
      deps,
      { userId: result.user_id, sessionId: result.session_id, roles: result.roles },
      result.next,
    )
  }

/** Seconds for which a lost answer can be asked for again: as long as clients go on trying. */
const graceSeconds = 60

const spend = async ({ database }: UsersDeps, inTx: InTx, token: string): Promise<Holder | undefined> => {
  const key = inTx.idempotencyKey
  const salt = randomBytes(32)
  const next = key === undefined ? mintToken() : successorOf(token, key, salt)
  const kept = key === undefined ? { key: null, salt: null } : { key: hashOf(key), salt }
  const [holder] = await database.on(inTx).execute<HolderRow>(sql`
    with extended as (
      update users.session
         set last_used_at = now(),
             expires_at = least(now() + make_interval(days => ${sessionDays.idle}),
                                created_at + make_interval(days => ${sessionDays.inTotal}))
        from users.refresh_token
       where hash = ${hashOf(token)}::bytea and spent_at is null
         and session.id = session_id and ended_at is null and expires_at > now()
      returning session.id, user_id
    ), spent as (
      update users.refresh_token
         set spent_at = now(), spent_with = ${kept.key}::bytea, successor_salt = ${kept.salt}::bytea
        from extended
       where hash = ${hashOf(token)}::bytea and spent_at is null
      returning session_id
    ), issued as (
      insert into users.refresh_token (hash, session_id) select ${hashOf(next)}::bytea, session_id from spent
    )
    select session_id, account.id as user_id, roles, status
      from spent join extended on extended.id = session_id join users.account on account.id = user_id`)
  return holder && { ...holder, next }
}

const repeat = async ({ database }: UsersDeps, inTx: InTx, token: string): Promise<Holder | undefined> => {
  const key = inTx.idempotencyKey
  if (key === undefined) return undefined
  const queries = database.on(inTx)
  const [spent] = await queries.execute<{ successor_salt: Buffer }>(sql`
    select successor_salt from users.refresh_token
     where hash = ${hashOf(token)}::bytea and spent_with = ${hashOf(key)}::bytea
       and spent_at > now() - make_interval(secs => ${graceSeconds})`)
  if (spent === undefined) return undefined
  const next = successorOf(token, key, spent.successor_salt)
  const [holder] = await queries.execute<HolderRow>(sql`
    select session_id, account.id as user_id, roles, status
      from users.refresh_token join users.session on session.id = session_id
      join users.account on account.id = user_id
     where hash = ${hashOf(next)}::bytea and spent_at is null and ended_at is null and expires_at > now()`)
  return holder && { ...holder, next }
}

const refuse = async (deps: UsersDeps, inTx: InTx, token: string): Promise<'unknown' | 'reused'> => {
  const [old] = await deps.database
    .on(inTx)
    .execute<{ session_id: Id<'Session'>; spent_at: Date | null; user_id: Id<'User'> }>(sql`
      select session_id, spent_at, user_id from users.refresh_token join users.session on session.id = session_id
       where hash = ${hashOf(token)}::bytea`)
  if (old === undefined || old.spent_at === null) return 'unknown'
  await endSession(deps, inTx, old.session_id)
  await deps.audit.append(inTx, {
    action: 'users.refresh-token-reused',
    subject: { kind: 'user', id: old.user_id },
    details: { sessionId: old.session_id },
  })
  return 'reused'
}

type HolderRow = {
  readonly session_id: Id<'Session'>
  readonly user_id: Id<'User'>
  readonly roles: string[]
  readonly status: 'active' | 'suspended'
}

type Holder = HolderRow & { readonly next: string }
