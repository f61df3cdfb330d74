import { contextOf, type InTx, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { nameOf } from './own.ts'
import type { Parts } from './parts.ts'

const batch = 1_000

/**
 * Notes the caller's idempotency key in the transaction that adjusts; false when it was used in the last day,
 * and the adjustment is made already. Whoever comes with the same key meanwhile waits for this transaction.
 */
export const claimAdjustment = async ({ database }: Parts, context: InTx): Promise<boolean> => {
  const { idempotencyKey } = context
  const madeBy = nameOf(context)
  if (idempotencyKey === undefined || madeBy === null) return true
  const claimed = await database.on(context).execute(sql`
    insert into catalog.adjustment_key as present (made_by, key) values (${madeBy}, ${idempotencyKey})
        on conflict (made_by, key) do update set created_at = excluded.created_at
              where present.created_at < now() - interval '24 hours'
    returning 1`)
  return claimed.length === 1
}

/** Forgets the keys of adjustments after a day: from then on each may be used for something else. */
export const forgetAdjustmentKeys = ({ database }: Pick<Parts, 'database'>): Job =>
  createJob({
    name: 'catalog.forget-adjustment-keys',
    everyMs: 10 * 60_000,
    run: async () => {
      const gone = await database.on(contextOf(service('catalog'))).execute(sql`
        delete from catalog.adjustment_key where (made_by, key) in (
          select made_by, key from catalog.adjustment_key where created_at < now() - interval '24 hours'
           order by created_at limit ${batch} for update skip locked
        ) returning 1`)
      return gone.length === batch ? 'again' : 'done'
    },
  })
