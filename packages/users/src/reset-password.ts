import type { InputOf, TxContext } from '@plinth/kernel'
import { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type AccountRow, emailKey } from './account.ts'
import type { UsersDeps } from './deps.ts'
import { spendMailToken } from './mail-tokens/mail-tokens.ts'
import { assertUncommon } from './passwords/common-passwords.ts'
import { endSessionsOf } from './sessions/end-sessions.ts'

/** Mails of this kind that an account gets at most in ten minutes: it is strangers who ask for more. */
const mostMails = 5

/** Has a mail sent with which to set a new password. Nobody can tell from it whether there is an account. */
export const requestPasswordReset =
  ({ database, outbox }: UsersDeps) =>
  (context: TxContext, input: InputOf<typeof usersContract, 'requestPasswordReset'>): Promise<undefined> =>
    database.transaction(context, async inTx => {
      const lately = sql`array(select at from unnest(resets_asked) at where at > now() - interval '10 minutes')`
      const [account] = await database.on(inTx).execute<Pick<AccountRow, 'id' | 'email' | 'name'>>(sql`
        update users.account set resets_asked = ${lately} || now()
         where email_key = ${emailKey(input.email)} and cardinality(${lately}) < ${mostMails}
        returning id, email, name`)
      if (account === undefined) return undefined
      const { id, email, name } = account
      await outbox.append(inTx, usersContract.events.passwordResetRequested, {
        subject: id,
        data: { userId: id, email, name },
      })
      return undefined
    })

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
