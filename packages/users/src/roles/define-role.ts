import {
  assertMatch,
  type InputOf,
  type InTx,
  NotFound,
  permissionsOf,
  type TxContext,
  ValidationFailed,
} from '@plinth/kernel'
import { afterCommit, isUniqueViolation } from '@plinth/postgres'
import {
  type Role,
  RoleBuiltIn,
  RoleExists,
  RoleInUse,
  RoleLimit,
  type usersContract,
} from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'
import { lockAccess } from './access-lock.ts'
import { assertHoldsAll } from './authority.ts'
import { definedRoles, isBuiltIn, type RoleRow, showRole } from './definitions.ts'

const most = 100

/** Defines a role. */
export const createRole =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { name, description, permissions }: InputOf<typeof usersContract, 'createRole'>,
  ): Promise<Role> => {
    assertDeclared(deps, permissions)
    assertHoldsAll(context.actor, permissions)
    if (isBuiltIn(name)) throw RoleExists()
    return deps.database
      .transaction(context, async inTx => {
        await lockAccess(deps, inTx)
        const [row] = await deps.database.on(inTx).execute<RoleRow>(sql`
          insert into users.role (name, description, permissions)
          select ${name}, ${description}, ${sql.param(permissions)}::text[]
           where (select count(*) from users.role) < ${most} or exists (select from users.role where name = ${name})
          returning *`)
        if (row === undefined) throw RoleLimit()
        return changed(deps, inTx, row, 'users.role-created')
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? RoleExists() : error
      })
  }

/** Defines a role anew. */
export const replaceRole =
  (deps: UsersDeps) =>
  (
    context: TxContext,
    { name, description, permissions, ifMatch }: InputOf<typeof usersContract, 'replaceRole'>,
  ): Promise<Role> => {
    assertDeclared(deps, permissions)
    return deps.database.transaction(context, async inTx => {
      await lockRole(deps, inTx, name, ifMatch)
      assertHoldsAll(context.actor, permissions)
      const [row] = await deps.database.on(inTx).execute<RoleRow>(sql`
        update users.role
           set description = ${description}, permissions = ${sql.param(permissions)}::text[], changed_at = now()
         where name = ${name}
        returning *`)
      if (row === undefined) throw NotFound()
      return changed(deps, inTx, row, 'users.role-changed')
    })
  }

/** Deletes a role that nobody has. */
export const deleteRole =
  (deps: UsersDeps) =>
  (context: TxContext, { name, ifMatch }: InputOf<typeof usersContract, 'deleteRole'>): Promise<undefined> =>
    deps.database.transaction(context, async inTx => {
      const before = await lockRole(deps, inTx, name, ifMatch)
      const queries = deps.database.on(inTx)
      const holders = await queries.execute(
        sql`select 1 from users.account where roles @> ${sql.param([name])}::text[] limit 1`,
      )
      if (holders.length > 0) throw RoleInUse()
      const [gone] = await queries.execute<{ at: Date }>(
        sql`delete from users.role where name = ${name} returning now() as at`,
      )
      if (gone !== undefined) {
        const row = { ...before, permissions: [], changed_at: gone.at }
        await changed(deps, inTx, row, 'users.role-deleted')
      }
      return undefined
    })

/** Finds a role that whoever asks may change, and keeps it as it is until the transaction ends. */
const lockRole = async (
  deps: UsersDeps,
  inTx: InTx,
  name: string,
  ifMatch: string | undefined,
): Promise<RoleRow> => {
  if (isBuiltIn(name)) throw RoleBuiltIn()
  await lockAccess(deps, inTx)
  const [row] = await definedRoles(deps, inTx, [name])
  if (row === undefined) throw NotFound()
  assertHoldsAll(inTx.actor, permissionsOf([], deps.permissions, row.permissions))
  assertMatch(ifMatch, showRole(row, deps.permissions))
  return row
}

const changed = async (
  { announce, audit, permissions }: UsersDeps,
  inTx: InTx,
  row: RoleRow,
  action: string,
): Promise<Role> => {
  await audit.append(inTx, {
    action,
    subject: { kind: 'role', id: row.name },
    details: { permissions: row.permissions },
  })
  const change = { role: row.name, permissions: row.permissions, at: row.changed_at.toISOString() }
  afterCommit(inTx, () => announce([{ kind: 'role_changed', ...change }]))
  return showRole(row, permissions)
}

const assertDeclared = ({ permissions }: UsersDeps, names: readonly string[]) => {
  const declared = new Set(permissions.map(({ name }) => name))
  const errors = names.flatMap((name, at) =>
    declared.has(name) ? [] : [{ pointer: `/permissions/${at}`, detail: 'There is no such permission.' }],
  )
  if (errors.length > 0) throw ValidationFailed({ errors })
}
