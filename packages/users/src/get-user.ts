import { asId, type Id, type InputOf, NotFound, type TxContext, Unauthenticated } from '@plinth/kernel'
import type { User, usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, showContact, showUser } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { grantedToAccount } from './roles/definitions.ts'

/** One account. */
export const getUser =
  (deps: UsersDeps) =>
  async (context: TxContext, { userId }: InputOf<typeof usersContract, 'getUser'>): Promise<User> => {
    const row = await accountOf(deps, context, userId)
    if (row === undefined) throw NotFound()
    return showUser(row, deps.permissions)
  }

/** The account of whoever asks. */
export const getMe =
  (deps: UsersDeps) =>
  async (context: TxContext): Promise<User> => {
    if (context.actor.kind !== 'user') throw Unauthenticated()
    const row = await accountOf(deps, context, asId<'User'>(context.actor.id))
    if (row === undefined) throw Unauthenticated()
    return showUser(row, deps.permissions)
  }

/** How to reach these users; unknown ones are left out. */
export const getContacts =
  ({ database }: UsersDeps) =>
  async (context: TxContext, { userIds }: { readonly userIds: readonly Id<'User'>[] }) => {
    if (userIds.length === 0) return []
    const rows = await database
      .on(context)
      .execute<AccountRow>(sql`select * from users.account where id = any(${sql.param(userIds)}::uuid[])`)
    return rows.map(showContact)
  }

/** How to reach the admins. */
export const listAdmins =
  ({ database }: UsersDeps) =>
  async (context: TxContext) => {
    const rows = await database.on(context).execute<AccountRow>(sql`
      select * from users.account where 'admin' = any (roles) and status = 'active' order by id`)
    return rows.map(showContact)
  }

const accountOf = async ({ database }: UsersDeps, context: TxContext, userId: Id<'User'>) => {
  const [row] = await database
    .on(context)
    .execute<AccountRow>(sql`select account.*, ${grantedToAccount} from users.account where id = ${userId}`)
  return row
}
