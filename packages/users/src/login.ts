import type { ContractError, Id, InputOf, TxContext } from '@plinth/kernel'
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
    if (!fits || account === undefined) return refuse(deps, context, account, InvalidCredentials())
    if (account.status === 'suspended') return refuse(deps, context, account, AccountSuspended())
    const shown = { userId: account.id, passwordHash: account.password_hash, device }
    const tokens = await openSession(deps, context, shown)
    return tokens ?? refuse(deps, context, account, InvalidCredentials())
  }

/** Known or not, it is written down: in the same time. What was typed as an e-mail may be a password, and is not kept. */
const refuse = async (
  { audit }: UsersDeps,
  context: TxContext,
  account: CredentialsRow | undefined,
  error: ContractError,
): Promise<never> => {
  await audit.append(context, {
    action: 'users.sign-in-failed',
    ...(account !== undefined && { subject: { kind: 'user', id: account.id } }),
    details: { code: error.code },
  })
  throw error
}

type CredentialsRow = {
  readonly id: Id<'User'>
  readonly status: 'active' | 'suspended'
  readonly password_hash: string
}
