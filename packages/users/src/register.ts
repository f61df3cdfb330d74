import { type InputOf, newId, type TxContext } from '@plinth/kernel'
import { isUniqueViolation } from '@plinth/postgres'
import { EmailTaken, type User, usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, emailKey, showUser } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { assertUncommon } from './passwords/common-passwords.ts'

/** Signs somebody up, as a plain user. The welcome goes out by event. */
export const register =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { email, password, name }: InputOf<typeof usersContract, 'register'>,
  ): Promise<User> => {
    assertUncommon(password)
    const passwordHash = await deps.hasher.hash(context, password)
    const account = { email, name, passwordHash, roles: ['user'], verified: false }
    return deps.database
      .transaction(context, async inTx => {
        const row = await insertAccount(deps, inTx, account)
        await deps.outbox.append(inTx, usersContract.events.registered, {
          subject: row.id,
          data: { userId: row.id, email, name },
        })
        return showUser(row, deps.permissions)
      })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? EmailTaken() : error
      })
  }

/** Writes an account down; the unique key refuses a second one with the same e-mail. */
export const insertAccount = async (
  { database }: UsersDeps,
  context: TxContext,
  account: { email: string; name: string; passwordHash: string; roles: string[]; verified: boolean },
): Promise<AccountRow> => {
  const [row] = await database.on(context).execute<AccountRow>(sql`
    insert into users.account (id, email, email_key, name, password_hash, roles, email_verified)
    values (${newId<'User'>()}, ${account.email}, ${emailKey(account.email)}, ${account.name}, ${account.passwordHash},
            ${sql.param(account.roles)}::text[], ${account.verified})
    returning id, email, name, roles, status, email_verified, created_at, array[]::text[] as granted`)
  if (row === undefined) throw new Error('an insert returned no row')
  return row
}
