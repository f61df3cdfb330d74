import { contextOf, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'

const batch = 1_000

/** Forgets the keys of checkouts after a day: from then on each may be used for something else. */
export const forgetKeys = ({ database }: Pick<OrdersDeps, 'database'>): Job =>
  createJob({
    name: 'orders.forget-keys',
    everyMs: 10 * 60_000,
    run: async () => {
      const gone = await database.on(contextOf(service('orders'))).execute(sql`
        delete from orders.checkout_key where (user_id, key) in (
          select user_id, key from orders.checkout_key where created_at < now() - interval '24 hours'
           order by created_at limit ${batch} for update skip locked
        ) returning 1`)
      return gone.length === batch ? 'again' : 'done'
    },
  })
