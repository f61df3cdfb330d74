import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startPrivateRedis } from '../src/index.ts'

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
