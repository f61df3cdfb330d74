import { contextOf, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'

const batch = 1000

/** Forgets what orders took out of carts, long after the last moment it could have been put back. */
export const forgetCheckouts = ({ database }: CartDeps): Job =>
  createJob({
    name: 'cart.forget-checkouts',
    everyMs: 60 * 60 * 1000,
    run: async () => {
      const gone = await database.on(contextOf(service('cart'))).execute(sql`
        delete from cart.checkout where order_id in (
          select order_id from cart.checkout where taken_at < now() - interval '30 days'
           order by taken_at limit ${batch} for update skip locked
        ) returning 1`)
      return gone.length === batch ? 'again' : 'done'
    },
  })
