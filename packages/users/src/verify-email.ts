import type { InputOf, TxContext } from '@plinth/kernel'
import type { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { spendMailToken } from './mail-tokens/mail-tokens.ts'

/** Confirms an e-mail address with a mailed token. */
export const verifyEmail =
  (deps: UsersDeps) =>
  (context: TxContext, { token }: InputOf<typeof usersContract, 'verifyEmail'>): Promise<undefined> =>
    deps.database.transaction(context, async inTx => {
      const userId = await spendMailToken(deps, inTx, token, 'verify_email')
      await deps.database
        .on(inTx)
        .execute(sql`update users.account set email_verified = true where id = ${userId}`)
      return undefined
    })
