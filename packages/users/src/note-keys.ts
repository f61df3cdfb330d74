import type { TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'

/** One number for "the keys are being noted": replicas that boot at once note them once. */
const notingKeys = 7_301_003

/** Writes down which keys sign and verify, where they are others than were written down last. */
export const noteKeys =
  ({ database, audit, accessTokens }: UsersDeps) =>
  (context: TxContext): Promise<undefined> =>
    database.transaction(context, async inTx => {
      const kids = accessTokens.publicKeys().map(({ kid }) => kid)
      const queries = database.on(inTx)
      await queries.execute(sql`select pg_advisory_xact_lock(${notingKeys})`)
      const [same] = await queries.execute<{ same: boolean }>(sql`
        select details = ${JSON.stringify({ kids })}::jsonb as same from users.audit
         where action = 'users.keys-changed' order by id desc limit 1`)
      if (same?.same !== true) await audit.append(inTx, { action: 'users.keys-changed', details: { kids } })
      return undefined
    })
