import { contextOf, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'

const context = contextOf(service('payments'))
const batch = 1000

/**
 * Forgets messages of providers after a day: a replay is refused by its age after five minutes, and what a
 * provider itself sends again later says nothing that would do harm twice.
 */
export const forgetWebhooks = ({ database }: Pick<PaymentsDeps, 'database'>): Job =>
  createJob({
    name: 'payments.forget-webhooks',
    everyMs: 10 * 60_000,
    run: async () => {
      const gone = await database.on(context).execute(sql`
        delete from payments.webhook where ctid = any (array(
          select ctid from payments.webhook where received_at < now() - interval '1 day'
           limit ${batch} for update skip locked))
        returning 1`)
      return gone.length === batch ? 'again' : 'done'
    },
  })
