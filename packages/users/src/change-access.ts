import {
  assertMatch,
  roles as builtInRoles,
  type Id,
  type InputOf,
  type InTx,
  NotFound,
  type TxContext,
  ValidationFailed,
} from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import { LastAdmin, type User, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, showUser } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { endSessionsOf } from './sessions/end-sessions.ts'

type OneUser = { readonly userId: Id<'User'> }
type AccessRow = AccountRow & { readonly access_changed_at: Date }

const known: ReadonlySet<string> = new Set(builtInRoles)

/** Says which roles a user has. */
export const setRoles =
  (deps: UsersDeps) =>
  (
    context: TxContext,
    { userId, roles, ifMatch }: InputOf<typeof usersContract, 'setRoles'>,
  ): Promise<User> => {
    const unknown = roles.findIndex(role => !known.has(role))
    if (unknown >= 0) {
      throw ValidationFailed({ errors: [{ pointer: `/roles/${unknown}`, detail: 'There is no such role.' }] })
    }
    return change(deps, context, userId, { roles: [...new Set(roles)] }, ifMatch)
  }

/** Suspends an account and ends its sessions. */
export const suspend =
  (deps: UsersDeps) =>
  (context: TxContext, { userId }: OneUser) =>
    change(deps, context, userId, { status: 'suspended' })

/** Lets a suspended user in again. */
export const reinstate =
  (deps: UsersDeps) =>
  (context: TxContext, { userId }: OneUser) =>
    change(deps, context, userId, { status: 'active' })

/** One number for "the admins are being counted": whoever takes one away waits for the others. */
const countingAdmins = 7_301_001

const change = (
  deps: UsersDeps,
  context: TxContext,
  userId: Id<'User'>,
  to: { readonly roles?: string[]; readonly status?: User['status'] },
  ifMatch?: string,
): Promise<User> =>
  deps.database.transaction(context, async inTx => {
    const queries = deps.database.on(inTx)
    await queries.execute(sql`select pg_advisory_xact_lock(${countingAdmins})`)
    const [before] = await queries.execute<AccountRow>(
      sql`select * from users.account where id = ${userId} for update`,
    )
    if (before === undefined) throw NotFound()
    assertMatch(ifMatch, showUser(before, deps.permissions))
    const roles = to.roles ?? before.roles
    const status = to.status ?? before.status
    if (same(roles, before.roles) && status === before.status) return showUser(before, deps.permissions)
    await assertAdminLeft(deps, inTx, before, roles.includes('admin') && status === 'active')
    const [after] = await queries.execute<AccessRow>(sql`
      update users.account
         set roles = ${sql.param(roles)}::text[], status = ${status}, access_changed_at = now()
       where id = ${userId}
      returning *`)
    if (after === undefined) throw NotFound()
    if (status === 'suspended') await endSessionsOf(deps, inTx, userId)
    const at = after.access_changed_at.toISOString()
    afterCommit(inTx, () =>
      deps.announce([{ kind: 'access_changed', userId, roles, suspended: status === 'suspended', at }]),
    )
    return showUser(after, deps.permissions)
  })

const assertAdminLeft = async (
  { database }: UsersDeps,
  context: InTx,
  before: AccountRow,
  staysAdmin: boolean,
) => {
  if (staysAdmin || !before.roles.includes('admin') || before.status !== 'active') return
  const others = await database.on(context).execute(sql`
    select 1 from users.account
     where 'admin' = any (roles) and status = 'active' and id <> ${before.id} limit 1`)
  if (others.length === 0) throw LastAdmin()
}

const same = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every(role => other.includes(role))
