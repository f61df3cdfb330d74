import { contextOf, service } from '@plinth/kernel'
import { createDatabase } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { pruneInbox } from '../src/prune.ts'
import { usePool } from './databases.ts'

const pool = usePool()

it('an inbox forgets after thirty days, whoever it was that handled the event', async () => {
  const database = createDatabase({ pool: pool(), schema: 'payments' })
  const queries = database.on(contextOf(service('payments')))
  await queries.execute(sql`
    insert into payments.inbox (consumer, event_id, handled_at)
    select consumer,
           rpad(lpad(to_hex(floor(extract(epoch from minted) * 1000)::bigint), 12, '0') || '7' || md5(age || ' ' || n), 32)::uuid,
           case when age = 'late' then now() else minted + interval '1 second' end
      from (values ('payments.refund-cancelled-order', '31 days', 10), ('payments.refund-cancelled-order', '29 days', 20),
                   ('payments.is-there-no-more', '400 days', 2500), ('payments.is-there-no-more', '1 hour', 5),
                   -- Its event is old, and came a moment ago.
                   ('payments.zero', 'late', 1)) as given (consumer, age, rows),
           generate_series(1, rows) n,
           lateral (select now() - case when age = 'late' then '60 days' else age end::interval as minted) _`)
  await using _job = pruneInbox('payments', database).start(silentLogger)
  const left = () =>
    queries.execute<{ consumer: string; rows: number }>(sql`
      select consumer, count(*)::int as rows from payments.inbox group by 1 order by 1`)
  await eventually(
    async () =>
      expect(await left()).toEqual([
        { consumer: 'payments.is-there-no-more', rows: 5 },
        { consumer: 'payments.refund-cancelled-order', rows: 20 },
        { consumer: 'payments.zero', rows: 1 },
      ]),
    { within: 20_000 },
  )
})
