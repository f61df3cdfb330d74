import { eventually } from '@plinth/testing'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { givenGround } from './given-shop.ts'
import { startHost } from './host-process.ts'

test('a host forgets all audits after the days that it is told, and without being told none', async () => {
  await using ground = await givenGround()
  const database = postgres(ground.databaseUrl, { max: 1, onnotice: () => undefined })
  const trails = ['catalog', 'messaging', 'orders', 'payments', 'users'] as const
  const old = async () => {
    const counts = await Promise.all(
      trails.map(
        schema =>
          database<{ days: number }[]>`
            select (details->>'days')::int as days from ${database(schema)}.audit where details ? 'days' order by 1`,
      ),
    )
    return counts.map((rows, n) => `${trails[n]}: ${rows.map(({ days }) => days).join(', ')}`)
  }
  const all = (days: string) => trails.map(schema => `${schema}: ${days}`)
  try {
    await using forgetful = await startHost(ground.env)
    for (const schema of trails)
      await database`
        insert into ${database(schema)}.audit (id, at, actor_kind, action, details)
        select rpad(lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || md5(days::text), 32)::uuid,
               at, 'service', ${`${schema}.something-done`}, jsonb_build_object('days', days)
          from unnest(array[1, 39, 41, 400]) days, lateral (select now() - make_interval(days => days) as at) _`
    await forgetful.stop()
    await using keeping = await startHost(ground.env)
    await keeping.stop()
    expect(await old()).toEqual(all('1, 39, 41, 400'))
    await using _host = await startHost({ ...ground.env, AUDIT_RETENTION_DAYS: '40' })
    await eventually(async () => expect(await old()).toEqual(all('1, 39')), { within: 30_000 })
  } finally {
    await database.end()
  }
})
