import { asId, type InputOf, type TxContext, Unauthenticated } from '@plinth/kernel'
import { type usersContract, WrongPassword } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import { assertUncommon } from './passwords/common-passwords.ts'
import { endSessionsOf } from './sessions/end-sessions.ts'

/** Changes the password of whoever asks and knows it, and ends all sessions of theirs but the one they ask in. */
export const changePassword =
  (deps: UsersDeps) =>
  async (
    context: TxContext,
    { currentPassword, password }: InputOf<typeof usersContract, 'changePassword'>,
  ): Promise<undefined> => {
    const { actor } = context
    if (actor.kind !== 'user') throw Unauthenticated()
    assertUncommon(password)
    const userId = asId<'User'>(actor.id)
    const [account] = await deps.database
      .on(context)
      .execute<{ password_hash: string }>(sql`select password_hash from users.account where id = ${userId}`)
    if (account === undefined) throw Unauthenticated()
    const subject = { kind: 'user', id: userId }
    if (!(await deps.hasher.verify(context, currentPassword, account.password_hash))) {
      await deps.audit.append(context, { action: 'users.password-change-failed', subject })
      throw WrongPassword()
    }
    const passwordHash = await deps.hasher.hash(context, password)
    return deps.database.transaction(context, async inTx => {
      // Only over the password that was shown: another change, or a reset, may have come first.
      const changed = await deps.database.on(inTx).execute(sql`
        update users.account set password_hash = ${passwordHash}
         where id = ${userId} and password_hash = ${account.password_hash} returning 1`)
      if (changed.length === 0) throw WrongPassword()
      await endSessionsOf(deps, inTx, userId, actor.sessionId)
      await deps.audit.append(inTx, { action: 'users.password-changed', subject })
      return undefined
    })
  }
