import { asId, type Id, type InputOf, NotFound, type TxContext, Unauthenticated } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
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

/** How to reach these users; unknown ones are left out. All who ask at the same moment share a statement. */
export const getContacts = ({ database }: UsersDeps) => {
  const lots = inLots({
    work: async (context, asked: readonly (readonly Id<'User'>[])[]) => {
      const rows = await database.on(context).execute<AccountRow>(sql`
        select * from users.account where id = any(${sql.param([...new Set(asked.flat())])}::uuid[])`)
      const contacts = new Map(rows.map(row => [row.id, showContact(row)]))
      return asked.map(userIds => [...new Set(userIds)].flatMap(id => contacts.get(id) ?? []))
    },
  })
  return async (context: TxContext, { userIds }: { readonly userIds: readonly Id<'User'>[] }) =>
    userIds.length === 0 ? [] : lots(context, userIds)
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
