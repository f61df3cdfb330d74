import { connectRedis, createRedisRateLimiter } from '@plinth/cache/redis'
import { newId } from '@plinth/kernel'
import { describeWith, eventually, type FaultProxy, startFaultProxy, testNamespace } from '@plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { route } from '../src/index.ts'
import { givenGateway } from './given.ts'
import { expectProblem } from './problem-schema.ts'

describeWith('redis', 'Two replicas that share a Redis', redisUrl => {
  const prefix = `${testNamespace()}:`
  let road: FaultProxy
  let replicas: Awaited<ReturnType<typeof givenReplica>>[] = []
  const givenReplica = async () => {
    const redis = connectRedis({ url: road.url, prefix })
    const gateway = await givenGateway({
      limiter: createRedisRateLimiter({ redis }),
      limits: { general: 4, credentialsByAccount: 3, credentialsByAddress: 100 },
      routes: app => {
        const operation = { summary: 'A thing', access: 'public', errors: [] } as const
        const shared = { tag: 'Things', operation, responses: { 204: null } }
        const handle = async () => ({ status: 204 })
        route(app, { ...shared, method: 'GET', path: '/things', id: 'things', handle })
        route(app, {
          ...shared,
          method: 'POST',
          path: '/login',
          id: 'login',
          limit: 'credentials',
          body: z.strictObject({ email: z.string() }),
          handle,
        })
      },
    })
    await eventually(() => redis.status() === 'ready')
    return { redis, ...gateway }
  }
  beforeAll(async () => {
    road = await startFaultProxy(redisUrl)
    replicas = [await givenReplica(), await givenReplica()]
  })
  afterAll(async () => {
    for (const replica of replicas) {
      await replica[Symbol.asyncDispose]()
      await replica.redis[Symbol.asyncDispose]()
    }
    await road[Symbol.asyncDispose]()
  })
  /** Sends the same request to the replicas in turn; gives the statuses. */
  const inTurn = async (
    times: number,
    send: (replica: (typeof replicas)[number]) => Promise<{ status: number }>,
  ) => {
    const statuses = []
    for (let at = 0; at < times; at += 1) {
      const replica = replicas[at % replicas.length]
      if (replica !== undefined) statuses.push((await send(replica)).status)
    }
    return statuses
  }

  it('gives a user one budget', async () => {
    const ada = { id: newId(), roles: ['user'] }
    expect(await inTurn(6, replica => replica.send('GET', '/things', { as: ada }))).toStrictEqual([
      204, 204, 204, 204, 429, 429,
    ])
  })

  it('gives an account one budget of tries', async () => {
    const body = { email: `${newId()}@example.com` }
    expect(await inTurn(5, replica => replica.send('POST', '/login', { body }))).toStrictEqual([
      204, 204, 204, 429, 429,
    ])
  })

  it('goes on with a budget for each replica while Redis is away, and shares one again when it is back', async () => {
    await road.down()
    const ada = { id: newId(), roles: ['user'] }
    const begun = performance.now()
    const away = await inTurn(10, replica => replica.send('GET', '/things', { as: ada }))
    // Not a wait for Redis with each request: 250 ms once for each replica, and slack for a busy machine.
    expect(performance.now() - begun).toBeLessThan(2000)
    expect(away).toStrictEqual([204, 204, 204, 204, 204, 204, 204, 204, 429, 429])
    for (const replica of replicas)
      expectProblem(await replica.send('GET', '/things', { as: ada }), 429, 'rate_limited')

    await road.up()
    for (const { redis } of replicas) await eventually(() => redis.status() === 'ready', { within: 10_000 })
    const bob = { id: newId(), roles: ['user'] }
    expect(await inTurn(5, replica => replica.send('GET', '/things', { as: bob }))).toStrictEqual([
      204, 204, 204, 204, 429,
    ])
  })
})
