import { Redis } from 'ioredis'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { startPrivatePostgres, startPrivateRedis } from '../src/index.ts'

test('a service of the test’s own dies and comes back at the same address', async context => {
  const redis = await startPrivateRedis()
  if (redis === undefined) return context.skip('no redis-server here')
  await using _ = redis
  const ping = async () => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
    client.on('error', () => {})
    return client.ping().finally(() => client.disconnect())
  }
  expect(await ping()).toBe('PONG')
  await redis.kill()
  await expect(ping()).rejects.toThrow()
  await redis.restart()
  expect(await ping()).toBe('PONG')
})

test('a PostgreSQL that is to survive it comes back with all that was committed, each time', async () => {
  await using service = await startPrivatePostgres({ survivesKill: true })
  const sql = postgres(service.url, { max: 1, onnotice: () => {}, backoff: () => 0.05 })
  await using _ = { [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }) }
  await sql`create table kept (n int)`
  for (let n = 1; n <= 100; n += 1) await sql`insert into kept values (${n})`
  for (let time = 0; time < 2; time += 1) {
    await service.kill()
    await expect(sql`select 1`).rejects.toThrow()
    await service.restart()
    expect(await sql`select count(*)::int as count from kept`).toEqual([{ count: 100 }])
  }
})
