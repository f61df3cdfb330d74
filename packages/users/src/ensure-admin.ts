import { type Id, type InputOf, newId, type TxContext } from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import type { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { emailKey } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { assertUncommon } from './passwords/common-passwords.ts'

/** One number for "an admin is being made": replicas that boot at once make one. */
const makingAdmins = 7_301_002

/** Makes sure that there is an admin with this e-mail, or any at all. */
export const ensureAdmin =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { email, password, name, onlyIfNone = false }: InputOf<typeof usersContract, 'ensureAdmin'>,
  ): Promise<{ created: boolean }> => {
    assertUncommon(password)
    // As at every start but the first: there is nothing to be hashed for.
    if (onlyIfNone && (await hasAdmin(deps, context))) return { created: false }
    const passwordHash = await deps.hasher.hash(context, password)
    return deps.database.transaction(context, async inTx => {
      const queries = deps.database.on(inTx)
      await queries.execute(sql`select pg_advisory_xact_lock(${makingAdmins})`)
      const [made] = await queries.execute<MadeRow>(sql`
        insert into users.account (id, email, email_key, name, password_hash, roles, email_verified)
        select ${newId<'User'>()}::uuid, ${email}, ${emailKey(email)}, ${name}, ${passwordHash}, '{admin}', true
         where not (${onlyIfNone} and ${anAdmin})
            on conflict (email_key) do update
           set roles = account.roles || '{admin}', access_changed_at = now()
         where not 'admin' = any (account.roles)
        returning id, roles, status, access_changed_at`)
      if (made === undefined) return { created: false }
      const { id: userId, roles, status, access_changed_at: at } = made
      await deps.audit.append(inTx, { action: 'users.admin-made', subject: { kind: 'user', id: userId } })
      if (at === null) return { created: true }
      const change = { userId, roles, suspended: status === 'suspended', at: at.toISOString() }
      afterCommit(inTx, () => deps.announce([{ kind: 'access_changed', ...change }]))
      return { created: false }
    })
  }

const anAdmin = sql`exists (select from users.account where 'admin' = any (roles))`

const hasAdmin = async ({ database }: UsersDeps, context: TxContext): Promise<boolean> => {
  const [row] = await database.on(context).execute<{ present: boolean }>(sql`select ${anAdmin} as present`)
  return row?.present === true
}

type MadeRow = {
  readonly id: Id<'User'>
  readonly roles: string[]
  readonly status: 'active' | 'suspended'
  /** Null for an account that was made just now. */
  readonly access_changed_at: Date | null
}
