import type { Id, InputOf, TxContext } from '@plinth/kernel'
import { AccountSuspended, InvalidCredentials, type Tokens, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { emailKey } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { openSession } from './sessions/open-session.ts'

/** Signs somebody in. An unknown e-mail and a wrong password get the same answer after the same work. */
export const login =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { email, password, device }: InputOf<typeof usersContract, 'login'>,
  ): Promise<Tokens> => {
    const [account] = await deps.database.on(context).execute<CredentialsRow>(sql`
      select id, status, password_hash from users.account where email_key = ${emailKey(email)}`)
    const fits = await deps.hasher.verify(context, password, account?.password_hash)
    if (!fits || account === undefined) throw InvalidCredentials()
    if (account.status === 'suspended') throw AccountSuspended()
    const shown = { userId: account.id, passwordHash: account.password_hash, device }
    const tokens = await openSession(deps, context, shown)
    if (tokens === undefined) throw InvalidCredentials()
    return tokens
  }

type CredentialsRow = {
  readonly id: Id<'User'>
  readonly status: 'active' | 'suspended'
  readonly password_hash: string
}
