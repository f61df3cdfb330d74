import type { InputOf, TxContext } from '@plinth/kernel'
import type { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { spendMailToken } from './mail-tokens/mail-tokens.ts'
import { assertUncommon } from './passwords/common-passwords.ts'
import { endSessionsOf } from './sessions/end-sessions.ts'

/** Sets a new password with a mailed token, and ends every session of the user. */
export const resetPassword =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { token, password }: InputOf<typeof usersContract, 'resetPassword'>,
  ): Promise<undefined> => {
    assertUncommon(password)
    const passwordHash = await deps.hasher.hash(context, password)
    return deps.database.transaction(context, async inTx => {
      const userId = await spendMailToken(deps, inTx, token, 'reset_password')
      // Who can read the mail owns the address.
      await deps.database.on(inTx).execute(sql`
        update users.account set password_hash = ${passwordHash}, email_verified = true where id = ${userId}`)
      await endSessionsOf(deps, inTx, userId)
      await deps.audit.append(inTx, { action: 'users.password-reset', subject: { kind: 'user', id: userId } })
      return undefined
    })
  }
