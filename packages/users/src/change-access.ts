import {
  assertMatch,
  type Id,
  type InputOf,
  type InTx,
  NotFound,
  permissionsOf,
  type TxContext,
  ValidationFailed,
} from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import { LastAdmin, type User, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, showUser } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { lockAccess } from './roles/access-lock.ts'
import { assertHoldsAll, powersAmong } from './roles/authority.ts'
import { definedRoles, grantedToAccount, isBuiltIn } from './roles/definitions.ts'
import { endSessionsOf } from './sessions/end-sessions.ts'

type OneUser = { readonly userId: Id<'User'> }
type AccessRow = AccountRow & { readonly access_changed_at: Date }

/** Says which roles a user has. Each that is given or taken holds no more than whoever does it. */
export const setRoles =
  (deps: UsersDeps) =>
  (
    context: TxContext,
    { userId, roles: listed, ifMatch }: InputOf<typeof usersContract, 'setRoles'>,
  ): Promise<User> =>
    deps.database.transaction(context, async inTx => {
      const roles = [...new Set(listed)]
      await lockAccess(deps, inTx)
      const defined = await definedRoles(deps, inTx, roles)
      const unknown = listed.findIndex(role => !isBuiltIn(role) && !defined.some(({ name }) => name === role))
      if (unknown >= 0)
        throw ValidationFailed({
          errors: [{ pointer: `/roles/${unknown}`, detail: 'There is no such role.' }],
        })
      const before = await lockAccount(deps, inTx, userId)
      assertMatch(ifMatch, showUser(before, deps.permissions))
      const moved = [...differing(roles, before.roles), ...differing(before.roles, roles)]
      const granted = (await definedRoles(deps, inTx, moved)).flatMap(({ permissions }) => permissions)
      assertHoldsAll(inTx.actor, permissionsOf(moved, deps.permissions, granted))
      return change(deps, inTx, before, { roles })
    })

/** Suspends an account and ends its sessions. */
export const suspend =
  (deps: UsersDeps) =>
  (context: TxContext, { userId }: OneUser) =>
    changeStatus(deps, context, userId, 'suspended')

/** Lets a suspended user in again. */
export const reinstate =
  (deps: UsersDeps) =>
  (context: TxContext, { userId }: OneUser) =>
    changeStatus(deps, context, userId, 'active')

/** Ends every session of a user, who may sign in again. */
export const endSessionsOfUser =
  (deps: UsersDeps) =>
  (context: TxContext, { userId }: OneUser): Promise<undefined> =>
    deps.database.transaction(context, async inTx => {
      const account = await lockAccount(deps, inTx, userId)
      assertHoldsAll(inTx.actor, powersAmong(showUser(account, deps.permissions).permissions))
      await endSessionsOf(deps, inTx, userId)
      await deps.audit.append(inTx, { action: 'users.sessions-ended', subject: { kind: 'user', id: userId } })
      return undefined
    })

/** Nobody shuts out, or lets in, who has more power than they have. */
const changeStatus = (deps: UsersDeps, context: TxContext, userId: Id<'User'>, status: User['status']) =>
  deps.database.transaction(context, async inTx => {
    await lockAccess(deps, inTx)
    const before = await lockAccount(deps, inTx, userId)
    assertHoldsAll(inTx.actor, powersAmong(showUser(before, deps.permissions).permissions))
    return change(deps, inTx, before, { status })
  })

const lockAccount = async ({ database }: UsersDeps, inTx: InTx, userId: Id<'User'>): Promise<AccountRow> => {
  const [account] = await database
    .on(inTx)
    .execute<AccountRow>(
      sql`select account.*, ${grantedToAccount} from users.account where id = ${userId} for update of account`,
    )
  if (account === undefined) throw NotFound()
  return account
}

const change = async (
  deps: UsersDeps,
  inTx: InTx,
  before: AccountRow,
  to: { readonly roles?: string[]; readonly status?: User['status'] },
): Promise<User> => {
  const { roles = before.roles, status = before.status } = to
  const userId = before.id
  const sameRoles = differing(roles, before.roles).length + differing(before.roles, roles).length === 0
  if (sameRoles && status === before.status) return showUser(before, deps.permissions)
  await assertAdminLeft(deps, inTx, before, roles.includes('admin') && status === 'active')
  const [after] = await deps.database.on(inTx).execute<AccessRow>(sql`
    update users.account
       set roles = ${sql.param(roles)}::text[], status = ${status}, access_changed_at = now()
     where id = ${userId}
    returning account.*, ${grantedToAccount}`)
  if (after === undefined) throw NotFound()
  if (status === 'suspended') await endSessionsOf(deps, inTx, userId)
  const subject = { kind: 'user', id: userId }
  if (status !== before.status)
    await deps.audit.append(inTx, {
      action: status === 'suspended' ? 'users.suspended' : 'users.reinstated',
      subject,
    })
  if (!sameRoles)
    await deps.audit.append(inTx, {
      action: 'users.roles-changed',
      subject,
      details: { from: before.roles, to: roles },
    })
  const at = after.access_changed_at.toISOString()
  afterCommit(inTx, () =>
    deps.announce([{ kind: 'access_changed', userId, roles, suspended: status === 'suspended', at }]),
  )
  return showUser(after, deps.permissions)
}

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

const differing = (these: readonly string[], those: readonly string[]) =>
  these.filter(role => !those.includes(role))
