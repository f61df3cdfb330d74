import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { expect, test } from 'vitest'
import { send, type WireRequest } from './fuzz/send.ts'
import { givenShop } from './given-shop.ts'
import { inspectable, lookIntoHeap } from './live-heap.ts'

/** Requests of which no two have anything in common that somebody could remember them by. */
const kinds: readonly ((unique: string) => Omit<WireRequest, 'headers'> & { headers?: object })[] = [
  unique => ({ method: 'GET', target: `/v1/${unique}/${unique}`, body: undefined }),
  unique => ({ method: 'GET', target: `/v1/products/${unique}`, body: undefined }),
  unique => ({ method: 'GET', target: `/v1/products/the-${unique}`, body: undefined }),
  unique => ({ method: 'GET', target: `/v1/products?${unique}=1`, body: undefined }),
  unique => ({ method: 'GET', target: `/v1/products?cursor=${unique}`, body: undefined }),
  unique => ({ method: 'GET', target: `/.well-known/jwks.json?${unique}`, body: undefined }),
  unique => ({
    method: 'GET',
    target: `/v1/cart`,
    headers: { authorization: `Bearer a.${unique}.c` },
    body: undefined,
  }),
  unique => ({
    method: 'GET',
    target: `/health/live`,
    headers: { [`x-${unique}`]: unique },
    body: undefined,
  }),
  unique => ({
    method: 'POST',
    target: '/v1/auth/refresh',
    headers: { 'content-type': 'application/json', 'idempotency-key': unique },
    body: Buffer.from(JSON.stringify({ refreshToken: unique })),
  }),
  unique => ({
    method: 'POST',
    target: '/v1/auth/logout',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ [unique]: unique })),
  }),
]

test('a host remembers nothing of requests that are over', async () => {
  await using shop = await givenShop(
    {},
    { ...inspectable, RATE_LIMIT_PER_MINUTE: '1000000', AUTH_RATE_LIMIT_PER_ADDRESS: '1000000' },
  )
  using heap = await lookIntoHeap(shop.host)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const ask = async (requests: number) => {
    let left = requests
    const some = async () => {
      for (; left > 0; left -= 1) {
        const kind = kinds[left % kinds.length]
        const unique = randomUUID()
        const request = kind?.(unique)
        if (request === undefined) throw new Error('there are kinds')
        const headers = { 'x-request-id': unique, 'user-agent': unique, ...request.headers }
        expect((await send(shop.url, agent, { ...request, headers })).status).toBeLessThan(500)
      }
    }
    await Promise.all(Array.from({ length: 8 }, some))
    return heap.megabytes()
  }
  // Code is compiled and everything that has a size of its own has it.
  let before = await ask(atOnce)
  const growths: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const after = await ask(atOnce)
    growths.push(Math.round(((after - before) * 1024 * 1024) / atOnce))
    before = after
  }
  agent.destroy()
  process.stdout.write(`heap: ${before.toFixed(1)} MB, after ${growths.join(', ')} bytes a request\n`)
  // Code comes and goes. What is remembered of each request grows with every round, by a hundred bytes at least.
  expect(growths.toSorted((a, b) => a - b)[2]).toBeLessThan(60)
}, 600_000)

const atOnce = 6000
