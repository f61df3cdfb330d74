import { rpcRoutes } from '@plinth/http'
import { defineContract, implement, operation } from '@plinth/kernel'
import { silentLogger, silentMetrics } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { here } from '../src/index.ts'
import { createAudience } from '../src/wire/audience.ts'
import { exposedBy } from '../src/wire/exposed.ts'
import { createNeighbour } from '../src/wire/neighbour.ts'
import { givenServer, tokensOf } from './given-server.ts'

const stock = defineContract({
  name: 'catalog',
  version: 2,
  permissions: {},
  events: {},
  operations: {
    count: operation({ summary: 'Count', input: z.strictObject({}), output: z.int(), access: 'internal' }),
  },
})
const domain = {
  operations: implement(stock, { count: async () => 7 }),
  routes: async () => undefined,
  jobs: [],
  migrations: { domain: 'catalog', directory: new URL('./', import.meta.url) },
}
const road = 'RabbitMQ as shop'

/** Who takes which events, as far as a part of the shop knows; `bound` is what it has written down. */
const givenAudience = (...own: readonly string[]) => {
  const bound: string[] = []
  const audience = createAudience({
    bind: async queues => void bound.push(...queues.map(({ queue }) => queue)),
  })
  audience.settle(own.map(queue => ({ queue, types: ['orders.cancelled'] })))
  return { audience, bound }
}

const givenCatalog = ({ audience } = givenAudience('catalog.restock')) => {
  const tokens = tokensOf('catalog', 'catalog')
  return givenServer(async app => {
    await app.register(
      rpcRoutes(
        exposedBy([here(stock, domain)], { tokens, audience, events: async () => road }, silentLogger),
      ),
    )
  })
}

const neighbourAt = (
  url: string,
  { name = 'catalog', version = 2, events = road, audience = givenAudience().audience } = {},
) =>
  createNeighbour({
    name: 'catalog',
    url,
    contract: { name, version },
    self: 'orders',
    events: async () => events,
    audience,
    signActor: tokensOf('orders').signerFor('catalog'),
    logger: silentLogger,
    metrics: silentMetrics,
  })

describe('a neighbour', () => {
  it('is up once it was greeted, and fits', async () => {
    await using catalog = await givenCatalog()
    await using neighbour = neighbourAt(catalog.url)
    expect(neighbour.status()).toMatchObject({ up: false })
    expect(await neighbour.greet()).toEqual({ up: true })
    expect(neighbour.status()).toEqual({ up: true })
  })

  it('hears who takes which events there, and tells of all that are known here', async () => {
    const [theirs, ours] = [givenAudience('catalog.restock'), givenAudience('payments.refund')]
    await using catalog = await givenCatalog(theirs)
    await using neighbour = neighbourAt(catalog.url, ours)
    await neighbour.greet()
    await neighbour.greet()
    expect([ours.bound, theirs.bound]).toEqual([['catalog.restock'], ['payments.refund', 'catalog.restock']])
    expect(theirs.audience.own().map(({ queue }) => queue)).toEqual(['catalog.restock'])
  })

  it.each([
    [
      'serves another version of the contract',
      { version: 1 },
      false,
      /serves catalog\/2, and we call catalog\/1/,
    ],
    ['is another domain', { name: 'cart' }, true, /there is no cart, but catalog/],
    ['has its events go another way', { events: 'PostgreSQL as shop' }, true, /they never meet/],
  ])('is not up when it %s, and says so', async (_, wanted, lasting, reason) => {
    await using catalog = await givenCatalog()
    await using neighbour = neighbourAt(catalog.url, wanted)
    expect(await neighbour.greet()).toEqual({ up: false, lasting, reason: expect.stringMatching(reason) })
  })

  it('is found to be away, and to be back', async () => {
    const first = await givenCatalog()
    await using neighbour = neighbourAt(first.url)
    await using _greeting = neighbour.job.start(silentLogger)
    const is = (up: boolean) =>
      eventually(() => expect(neighbour.status().up).toBe(up), { within: 10_000, every: 20 })
    await is(true)
    await first[Symbol.asyncDispose]()
    await is(false)
  })

  it('takes no greeting from whoever is not a part of the shop', async () => {
    await using catalog = await givenCatalog()
    const answer = await fetch(`${catalog.url}/rpc/link/greet`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(401)
  })
})
