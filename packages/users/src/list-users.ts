import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { type User, userId, type usersContract } from '@plinth/users-contract'
import { type SQL, sql } from 'drizzle-orm'
import { type AccountRow, emailKey, showUser } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { grantedToAccount } from './roles/definitions.ts'

const cursors = cursorsFor('users', userId)

/** Accounts, newest first. */
export const listUsers =
  ({ database, permissions }: UsersDeps) =>
  async (context: TxContext, input: InputOf<typeof usersContract, 'listUsers'>): Promise<Page<User>> => {
    const { limit, cursor, ...query } = input
    const after = cursors.read(cursor, query)
    const rows = await database.on(context).execute<AccountRow>(sql`
      select account.*, ${grantedToAccount} from ${holdersOf(query.role)}
       where true
             ${query.email === undefined ? sql`` : sql`and email_key = ${emailKey(query.email)}`}
             ${query.status === undefined ? sql`` : sql`and status = ${query.status}`}
             ${after === undefined ? sql`` : sql`and id < ${after}`}
       order by id desc
       limit ${limit + 1}`)
    return pageFrom(
      rows,
      limit,
      row => showUser(row, permissions),
      row => cursors.write(row.id, query),
    )
  }

/** Of a role that few have, all who have it, by its index; whoever they are, they may be the oldest of all. */
const holdersOf = (role: string | undefined): SQL => {
  if (role === undefined) return sql`users.account`
  const holders = sql`select * from users.account where roles @> ${sql.param([role])}::text[]`
  return role === 'user' ? sql`(${holders}) account` : sql`(${holders} offset 0) account`
}
