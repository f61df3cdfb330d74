import { cursorsFor, type InputOf, NotFound, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import {
  type PermissionInfo,
  permissionName,
  type Role,
  roleName,
  type usersContract,
} from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'
import { builtInRolesShown, definedRoles, type RoleRow, showRole } from './definitions.ts'

const permissionCursors = cursorsFor('permissions', permissionName)
const roleCursors = cursorsFor('roles', roleName)

/** The permissions there are, by name. */
export const listPermissions =
  ({ permissions }: UsersDeps) =>
  async (
    _: TxContext,
    { limit, cursor }: InputOf<typeof usersContract, 'listPermissions'>,
  ): Promise<Page<PermissionInfo>> => {
    const after = permissionCursors.read(cursor, {}) ?? ''
    const rest = permissions.filter(({ name }) => name > after).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return pageFrom(
      rest.slice(0, limit + 1),
      limit,
      ({ name, description, roles }) => ({ name, description, roles: ['admin', ...roles] }),
      ({ name }) => permissionCursors.write(name, {}),
    )
  }

/** Roles by name, built in or defined. */
export const listRoles =
  ({ database, permissions }: UsersDeps) =>
  async (
    context: TxContext,
    { limit, cursor }: InputOf<typeof usersContract, 'listRoles'>,
  ): Promise<Page<Role>> => {
    const after = roleCursors.read(cursor, {}) ?? ''
    // In the order of the characters' codes, as names are compared here.
    const rows = await database.on(context).execute<RoleRow>(sql`
      select * from users.role where name collate "C" > ${after} order by name collate "C" limit ${limit + 1}`)
    const roles = [
      ...rows.map(row => showRole(row, permissions)),
      ...builtInRolesShown(permissions).filter(({ name }) => name > after),
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return pageFrom(
      roles.slice(0, limit + 1),
      limit,
      role => role,
      ({ name }) => roleCursors.write(name, {}),
    )
  }

/** One role. */
export const getRole =
  (deps: UsersDeps) =>
  async (context: TxContext, { name }: InputOf<typeof usersContract, 'getRole'>): Promise<Role> => {
    const builtIn = builtInRolesShown(deps.permissions).find(role => role.name === name)
    if (builtIn !== undefined) return builtIn
    const [row] = await definedRoles(deps, context, [name])
    if (row === undefined) throw NotFound()
    return showRole(row, deps.permissions)
  }
