import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { type User, userId, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
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
      select account.*, ${grantedToAccount} from users.account
       where true
             ${query.email === undefined ? sql`` : sql`and email_key = ${emailKey(query.email)}`}
             ${query.role === undefined ? sql`` : sql`and roles @> ${sql.param([query.role])}::text[]`}
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
