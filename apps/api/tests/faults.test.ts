import { describeWith } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  comesToRest,
  costsLittleTime,
  keepsItsLimits,
  keepsNobodyWaiting,
  showsWhatWasJustRead,
  stopsInOrder,
} from './fault-besides.ts'
import { requests, type Timed } from './fault-customer.ts'
import { type Consequence, faults, goThrough, readinessComesTo, type Seen } from './fault-run.ts'
import { type FaultShop, givenFaultShop } from './fault-shop.ts'
import type { Env } from './host-process.ts'

/** What each part of the shop does while something that it stands on is down, and while it hangs. */
const table = `
  | away       | reads      | sign-in | cart | checkout   | cancel | refund | mail  | ready       |
  | PostgreSQL | 200 or 503 | 503     | 503  | 503        | 503    | later  | later | unavailable |
  | Redis      | 200        | 200     | 200  | 201        | 200    | done   | done  | degraded    |
  | RabbitMQ   | 200        | 200     | 200  | 201        | 200    | later  | later | degraded    |
  | SMTP       | 200        | 200     | 200  | 201        | 200    | done   | later | ready       |
  | provider   | 200        | 200     | 200  | 202 or 503 | 200    | later  | done  | ready       |
`

interface Dependency {
  /** The environment variable that says where it is. */
  readonly variable: string
  readonly env?: Env
  /** Milliseconds within which readiness follows: it going away, and its return. */
  readonly noticedMs: number
  readonly returnedMs: number
  /** What else holds while it is away, by what a test says of it. */
  readonly besides: Readonly<Record<string, (shop: FaultShop) => Promise<void>>>
}

const limits = { user: 200, account: 10 }
const rests = {
  'all that must hold in a shop holds once it was back, and nothing is left undone': comesToRest,
}
const stops = { 'a host stops in order while it hangs': stopsInOrder }

const dependencies: Readonly<Record<string, Dependency>> = {
  PostgreSQL: {
    variable: 'DATABASE_URL',
    noticedMs: 2_000,
    returnedMs: 5_000,
    besides: {
      ...rests,
      'what was just read is shown all the same': showsWhatWasJustRead,
      'no route keeps anybody waiting while it hangs': keepsNobodyWaiting,
      ...stops,
    },
  },
  Redis: {
    variable: 'REDIS_URL',
    env: {
      RATE_LIMIT_PER_MINUTE: String(limits.user),
      AUTH_RATE_LIMIT_PER_ACCOUNT: String(limits.account),
    },
    noticedMs: 5_000,
    returnedMs: 5_000,
    besides: {
      ...rests,
      'its absence costs little time, and only when it begins': costsLittleTime,
      'the limits stand without it': keepsItsLimits(limits),
      ...stops,
    },
  },
  RabbitMQ: { variable: 'AMQP_URL', noticedMs: 15_000, returnedMs: 10_000, besides: { ...rests, ...stops } },
  SMTP: { variable: 'SMTP_URL', noticedMs: 5_000, returnedMs: 5_000, besides: { ...rests, ...stops } },
  provider: { variable: 'SANDBOX_URL', noticedMs: 5_000, returnedMs: 5_000, besides: { ...rests, ...stops } },
}

describeWith('redis', 'the fault table, with Redis', redisUrl =>
  describeWith('rabbitmq', 'and RabbitMQ', amqpUrl => {
    const shops: FaultShop[] = []
    const runs = new Map<string, Promise<Run>>()

    beforeAll(async () => {
      // One by one, and beginning together when all are open: no start disturbs another, or anybody's times.
      const opened: [string, FaultShop][] = []
      for (const [away, { variable, env }] of Object.entries(dependencies)) {
        const shop = await givenFaultShop(variable, { redisUrl, amqpUrl }, env)
        shops.push(shop)
        opened.push([away, shop])
      }
      for (const [away, shop] of opened) {
        const run = goThroughAll(shop, away).catch(error => {
          throw new Error(`going without ${away} broke; its host wrote:\n${warningsOf(shop)}`, {
            cause: error,
          })
        })
        // A run that breaks breaks the tests that look at it.
        run.catch(() => undefined)
        runs.set(away, run)
      }
    })
    afterAll(() => Promise.all(shops.map(shop => shop[Symbol.asyncDispose]())))

    const runOf = async (away: string): Promise<Run> => {
      const run = await runs.get(away)
      if (run === undefined) throw new Error(`nobody went without ${away}`)
      return run
    }

    for (const [away, { besides, noticedMs, returnedMs }] of Object.entries(dependencies)) {
      const cells = rowOf(away)
      for (const fault of faults) {
        describe(`${away} ${fault === 'down' ? 'is down' : 'hangs'}`, () => {
          const seen = async (): Promise<Seen> => (await runOf(away)).seen[fault]

          for (const request of requests) {
            test(`${request}: ${cells[request]}`, async () => {
              const answers = (await seen()).answers.flatMap(each => each[request])
              for (const answer of answers) expectAnswer(answer, cells[request] ?? '')
            })
          }

          for (const consequence of ['refund', 'mail'] as const) {
            test(`${consequence}: ${cells[consequence]}`, async () => {
              expectConsequence((await seen())[consequence], cells[consequence] ?? '')
            })
          }

          test(`ready: ${cells.ready}, and again when it is back, without a restart`, async () => {
            const { noticed, returned } = await seen()
            expect(noticed.status).toBe(cells.ready === 'unavailable' ? 503 : 200)
            expect(noticed.ms).toBeLessThan(noticedMs)
            expect(returned.ms).toBeLessThan(returnedMs)
          })

          test('each checkout comes to one order, paid once', async () => {
            for (const { order, orders, captures } of (await seen()).outcomes) {
              expect(orders.filter(({ status }) => status !== 'failed')).toMatchObject([{ id: order.id }])
              expect(captures).toMatchObject([
                { operation: 'capture', orderId: order.id, amount: order.total },
              ])
            }
          })
        })
      }

      describe(`without ${away}`, () => {
        for (const title of Object.keys(besides))
          test(title, async () => (await runOf(away)).besides.get(title)?.())
      })
    }
  }),
)

/** What was seen of both faults of a dependency, and how what else holds came out: it throws what it threw. */
interface Run {
  readonly seen: Readonly<Record<(typeof faults)[number], Seen>>
  readonly besides: ReadonlyMap<string, () => void>
}

const goThroughAll = async (shop: FaultShop, away: string): Promise<Run> => {
  const { ready = '', refund, mail } = rowOf(away)
  const inSpiteOfIt = { refund: refund === 'done', mail: mail === 'done' }
  const go = (fault: (typeof faults)[number]) => goThrough(shop, { fault, readiness: ready, inSpiteOfIt })
  const seen = { down: await go('down'), hang: await go('hang') }
  const besides = new Map<string, () => void>()
  for (const [title, check] of Object.entries(dependencies[away]?.besides ?? {})) {
    await shop.proxy.up()
    await readinessComesTo(shop, 'ready')
    const fail = (error: unknown) => () => {
      throw error
    }
    besides.set(title, await check(shop).then(() => () => undefined, fail))
  }
  return { seen, besides }
}

/** The latest of what its host logged as a warning or worse. */
const warningsOf = ({ host }: FaultShop): string =>
  host
    .output()
    .split('\n')
    .filter(line => /"level":"?(warn|error|fatal|[456]0)/.test(line))
    .slice(-20)
    .join('\n')

/** One of the statuses, within five seconds; 503 as it should be. */
const expectAnswer = ({ status, headers, json, ms }: Timed, expected: string) => {
  expect(expected.split(' or ')).toContain(String(status))
  expect(ms).toBeLessThan(5_000)
  if (status !== 503) return
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(json).toMatchObject({ status: 503, code: expect.stringMatching(/^(payment_)?unavailable$/) })
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
}

/** It was done while the fault lasted, or the fault was in its way and it came within a minute of its end. */
const expectConsequence = ({ during, afterMs }: Consequence, expected: string) => {
  expect(during ? 'done' : 'later').toBe(expected)
  expect(afterMs).toBeLessThan(60_000)
}

/** A row of the table, by the names of its columns. */
const rowOf = (away: string): Readonly<Record<string, string>> => {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map(line => line.split('|').map(cell => cell.trim()))
  const row = rows.find(([, name]) => name === away) ?? []
  return Object.fromEntries(row.map((cell, at) => [head[at], cell]))
}
