import type { InputOf, TxContext } from '@plinth/kernel'
import type { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, emailKey } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { assertUncommon } from './passwords/common-passwords.ts'
import { insertAccount } from './register.ts'

/** See the constant of the same purpose in `change-access.ts`: replicas that boot at once make one admin. */
const ensuringAdmin = 7_301_002

/** Makes sure that there is an admin with this e-mail, or any at all. */
export const ensureAdmin =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    input: InputOf<typeof usersContract, 'ensureAdmin'>,
  ): Promise<{ created: boolean }> => {
    assertUncommon(input.password)
    const passwordHash = await deps.hasher.hash(input.password)
    return deps.database.transaction(context, async inTx => {
      const queries = deps.database.on(inTx)
      await queries.execute(sql`select pg_advisory_xact_lock(${ensuringAdmin})`)
      const admins = await queries.execute(
        sql`select 1 from users.account where 'admin' = any (roles) limit 1`,
      )
      if (input.onlyIfNone === true && admins.length > 0) return { created: false }
      const [present] = await queries.execute<AccountRow>(sql`
        update users.account
           set roles = case when 'admin' = any (roles) then roles else roles || 'admin'::text end,
               access_changed_at = now()
         where email_key = ${emailKey(input.email)}
        returning *`)
      if (present !== undefined) return { created: false }
      const { email, name } = input
      await insertAccount(deps, inTx, { email, name, passwordHash, roles: ['admin'], verified: true })
      return { created: true }
    })
  }
