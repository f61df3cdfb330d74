import { roles as builtInRoles, type Permission, permissionsOf, type TxContext } from '@plinth/kernel'
import type { Role } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'

/** A row of `users.role`. */
export type RoleRow = {
  readonly name: string
  readonly description: string
  readonly permissions: string[]
  readonly changed_at: Date
}

const builtIn: ReadonlySet<string> = new Set(builtInRoles)

/** Whether it is one of the roles that every shop starts with. */
export const isBuiltIn = (name: string): boolean => builtIn.has(name)

/** A role that the shop defined, as admins see it. */
export const showRole = (row: RoleRow, declared: readonly Permission[]): Role => ({
  name: row.name,
  description: row.description,
  permissions: permissionsOf([], declared, row.permissions),
  builtIn: false,
})

/** The roles that every shop starts with, as admins see them. */
export const builtInRolesShown = (declared: readonly Permission[]): Role[] =>
  builtInRoles.map(name => ({
    name,
    description: purpose[name],
    permissions: permissionsOf([name], declared),
    builtIn: true,
  }))

const purpose = {
  user: 'Browses, fills a cart, orders.',
  seller: 'Sells: own products, own sales.',
  admin: 'May do everything.',
} as const

/** The roles of these names that the shop defined. */
export const definedRoles = (
  { database }: Pick<UsersDeps, 'database'>,
  context: TxContext,
  names: readonly string[],
): Promise<RoleRow[]> =>
  database
    .on(context)
    .execute<RoleRow>(sql`select * from users.role where name = any (${sql.param(names)}::text[])`)

/** Goes with the columns of `users.account`: what its roles hold that the shop defined. */
export const grantedToAccount = sql`array(
  select distinct unnest(permissions) from users.role where role.name = any (account.roles)) as granted`
