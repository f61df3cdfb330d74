import { randomUUID } from 'node:crypto'
import { checkInvariants } from '@plinth/invariants'
import { eventually } from '@plinth/testing'
import { expect } from 'vitest'
import { z } from 'zod'
import { clientOf } from './client.ts'
import { type Timed, timed } from './fault-customer.ts'
import type { FaultShop } from './fault-shop.ts'
import { signUp } from './people.ts'

/** Nothing waits for anything any more, and the shop's books and the provider's agree. */
export const comesToRest = ({ databaseUrl, readJournal }: FaultShop): Promise<void> =>
  eventually(
    async () => {
      const findings = await checkInvariants(databaseUrl, { atRest: true, journal: await readJournal() })
      expect(findings.length).toBeGreaterThan(20)
      expect(findings.filter(({ violations }) => violations > 0)).toEqual([])
    },
    { within: 60_000, every: 500 },
  )

/** What was just read is shown for some seconds more, without a look at the database. */
export const showsWhatWasJustRead = async ({ url, proxy, wanted }: FaultShop): Promise<void> => {
  const path = `/v1/products/${wanted.product.id}`
  const before = await clientOf(url).get(path)
  await proxy.down()
  const after = await clientOf(url).get(path)
  expect([after.status, after.json]).toEqual([200, before.json])
}

/** Each route answers within five seconds, by whatever the database does, and never that something broke. */
export const keepsNobodyWaiting = async ({ url, proxy, admin }: FaultShop): Promise<void> => {
  const { paths } = (await clientOf(url).get('/openapi.json')).expect(200, document)
  const asked = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, randomUUID()),
      body: requestBody?.content['application/json']?.example,
    })),
  )
  expect(asked.length).toBeGreaterThan(50)
  // The worst is a connection that stood before.
  await Promise.all(asked.map(() => admin.get('/v1/orders')))
  proxy.hang()
  const answers = await Promise.all(
    asked.map(async ({ method, path, body }) => ({
      route: `${method} ${path}`,
      ...(await timed(admin.send(method, path, { key: randomUUID(), ...(body !== undefined && { body }) }))),
    })),
  )
  expect((await admin.get('/metrics')).status).toBe(200)
  expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(answers.length / 2)
  for (const { route, status, ms } of answers) {
    expect(status === 503 || status < 500, `${route}: ${status}`).toBe(true)
    expect(ms, route).toBeLessThan(5_000)
  }
}

/** Only who is under way when it goes away waits for it, and not for long: 250 ms, and slack for a busy machine. */
export const costsLittleTime = async ({ url, proxy, seller }: FaultShop): Promise<void> => {
  const visitor = clientOf(url)
  const times = async (): Promise<number[]> => {
    const asked: Timed[] = []
    for (let time = 0; time < 10; time += 1) {
      asked.push(await timed(seller.get('/v1/cart')), await timed(visitor.get('/v1/products')))
    }
    return asked.map(({ ms }) => ms).sort((one, other) => one - other)
  }
  const before = await times()
  proxy.hang()
  const after = await times()
  expect(median(after)).toBeLessThan(median(before) + 50)
  expect(Math.max(...after)).toBeLessThan(Math.max(...before) + 250 + 150)
}

/** Each process counts by itself, beginning with empty buckets: never no limit. */
export const keepsItsLimits =
  (limits: { readonly user: number; readonly account: number }) =>
  async ({ url, proxy }: FaultShop): Promise<void> => {
    const { email, get } = await signUp(url, 'Restless Buyer')
    await proxy.down()
    const guesses: number[] = []
    for (let time = 0; time < limits.account + 2; time += 1) {
      const body = { email, password: 'not the password' }
      guesses.push((await clientOf(url).post('/v1/auth/login', body)).status)
    }
    expect(guesses).toEqual([...Array.from(guesses.slice(2), () => 401), 429, 429])
    const looks = await Promise.all(Array.from({ length: limits.user + 20 }, () => get('/v1/users/me')))
    expect(looks.filter(({ status }) => status === 200)).toHaveLength(limits.user)
    expect(looks.filter(({ status }) => status === 429)).toHaveLength(20)
  }

/** It ends in time, and says that all is well. */
export const stopsInOrder = async ({ host, proxy }: FaultShop): Promise<void> => {
  proxy.hang()
  const begun = performance.now()
  const { code } = await host.stop()
  expect(code).toBe(0)
  expect(performance.now() - begun).toBeLessThan(10_000)
}

const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0

const document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        requestBody: z
          .looseObject({ content: z.record(z.string(), z.looseObject({ example: z.unknown().optional() })) })
          .optional(),
      }),
    ),
  ),
})
