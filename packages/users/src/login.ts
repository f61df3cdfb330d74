import type { InputOf, TxContext } from '@plinth/kernel'
import { AccountSuspended, InvalidCredentials, type Tokens, type usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, emailKey } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { openSession } from './sessions/open-session.ts'

/** Signs somebody in. An unknown e-mail and a wrong password get the same answer after the same work. */
export const login =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { email, password }: InputOf<typeof usersContract, 'login'>,
  ): Promise<Tokens> => {
    const [account] = await deps.database.on(context).execute<AccountRow & { password_hash: string }>(sql`
      select * from users.account where email_key = ${emailKey(email)}`)
    const fits = await deps.hasher.verify(password, account?.password_hash)
    if (!fits || account === undefined) throw InvalidCredentials()
    if (account.status === 'suspended') throw AccountSuspended()
    return deps.database.transaction(context, inTx =>
      openSession(deps, inTx, { userId: account.id, roles: account.roles }),
    )
  }
