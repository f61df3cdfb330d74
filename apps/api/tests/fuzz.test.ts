import { checkInvariants } from '@plinth/invariants'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operationsOf, readApiDocument } from './fuzz/api-document.ts'
import { type FuzzReport, fuzz } from './fuzz/fuzz.ts'
import { createJudge } from './fuzz/judge.ts'
import { requestsTo } from './fuzz/planned-request.ts'
import { residentMegabytes } from './fuzz/resident.ts'
import { webhookSecret } from './fuzz/signed-messages.ts'
import { type GivenShop, givenShop } from './given-shop.ts'
import { inspectable, lookIntoHeap } from './live-heap.ts'
import { violated } from './look-back.ts'

/** Another one each day; `pnpm fuzz` sets both. */
const seed = Number(process.env.FUZZ_SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''))
const requests = Number(process.env.FUZZ_REQUESTS ?? 1500)
const within = process.env.FUZZ_REQUESTS === undefined ? 20_000 : 24 * 3_600_000

let shop: GivenShop
let report: FuzzReport
/** Megabytes that were in use after so many requests, once all else was collected. */
const heap: { readonly sent: number; readonly megabytes: number }[] = []
const memory = { before: 0, after: 0 }

const tell = (line: string) => void process.stdout.write(`fuzz: ${line}\n`)

beforeAll(async () => {
  tell(`seed ${seed}; again with pnpm fuzz --seed ${seed} --requests ${requests}`)
  shop = await givenShop(
    {},
    {
      RATE_LIMIT_PER_MINUTE: '1000000',
      AUTH_RATE_LIMIT_PER_ADDRESS: '1000000',
      SANDBOX_WEBHOOK_SECRET: webhookSecret,
      ...inspectable,
    },
  )
  using live = await lookIntoHeap(shop.host)
  memory.before = await residentMegabytes(shop.url)
  report = await fuzz(shop, {
    seed,
    requests,
    within,
    tell,
    afterBatch: async sent => {
      if (sent < (heap.length * requests) / 20) return
      heap.push({ sent, megabytes: await live.megabytes() })
      tell(`${heap.at(-1)?.megabytes.toFixed(1)} MB in use`)
    },
  })
  memory.after = await residentMegabytes(shop.url)
  tell(
    `${report.requests} requests in ${Math.round(report.ms / 1000)} s, ${JSON.stringify(report.statuses)}, ` +
      `${memory.before} MB before and ${memory.after} MB after, ` +
      `${report.operations - report.neverRight.length} of ${report.operations} operations accepted something`,
  )
}, within + 180_000)
afterAll(() => shop?.[Symbol.asyncDispose]())

test('whatever is sent, by whomever, is answered in time, below 500, and as the OpenAPI document says', () => {
  expect(report.findings).toEqual([])
})

test('every operation was seen to accept something', () => {
  expect(report.neverRight).toEqual([])
})

// Before that code is still being compiled, and statements are met with for the first time by each connection.
test.runIf(requests >= 20_000)(
  'however many there are, no more memory is in use than after half of them',
  () => {
    const [early] = heap.filter(({ sent }) => sent >= requests / 2)
    expect((heap.at(-1)?.megabytes ?? 0) - (early?.megabytes ?? 0)).toBeLessThan(5)
  },
)

test('the same seed makes the same requests', async () => {
  const document = await readApiDocument(shop.url)
  for (const operation of operationsOf(document)) {
    const planned = (from: number) => fc.sample(requestsTo(operation, document), { seed: from, numRuns: 5 })
    expect(planned(seed)).toEqual(planned(seed))
    expect(planned(seed + 1)).not.toEqual(planned(seed))
  }
})

test('what an answer does not keep of its schema is found', async () => {
  const document = await readApiDocument(shop.url)
  const listing = operationsOf(document).find(
    ({ path, method }) => path === '/v1/products' && method === 'GET',
  )
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'a' }
  const judge = createJudge(document)
  const judged = (body: object) =>
    judge(listing, 'GET', { status: 200, headers, body: JSON.stringify(body), ms: 1 })
  expect(judged({ data: [], nextCursor: null })).toEqual([])
  expect(judged({ data: [{}], nextCursor: null })).toEqual([
    expect.stringContaining('does not fit its schema'),
  ])
  expect(judged({ data: [], nextCursor: null, more: 1 })).toHaveLength(1)
})

test('much of it is right, and most of it is not', () => {
  const of = (first: string) =>
    Object.entries(report.statuses).reduce((sum, [status, n]) => sum + (status.startsWith(first) ? n : 0), 0)
  expect(of('2')).toBeGreaterThan(report.requests / 20)
  expect(of('4')).toBeGreaterThan(report.requests / 3)
})

test('the host has nothing to report as an error', () => {
  const errors = shop.host
    .output()
    .split('\n')
    .filter(line => /"level":"?(50|60|error|fatal)\b/.test(line))
  expect(errors).toEqual([])
})

test('what must hold in the database does', async () => {
  expect(violated(await checkInvariants(shop.databaseUrl))).toEqual([])
})
