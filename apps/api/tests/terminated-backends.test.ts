import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { checkInvariants } from '@plinth/invariants'
import { startSandboxServer } from '@plinth/payments'
import { paymentsContract } from '@plinth/payments-contract'
import { eventually } from '@plinth/testing'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { z } from 'zod'

import { givenGround } from './given-shop.ts'
import { dataFolder, startHost } from './host-process.ts'
import { violated } from './look-back.ts'
import { type Person, signInAdmin, signUp, signUpSeller } from './people.ts'
import { checkout, type Offer, offer, putIntoCart } from './shopping.ts'
import { tornOrders } from './whole-orders.ts'

/** How many backends die. All thousand: `TERMINATED_BACKENDS=1000 vitest run tests/terminated-backends.test.ts`. */
const victims = Number(process.env.TERMINATED_BACKENDS ?? 100)
const buyersAtOnce = 12

test(`${victims} backends are terminated under checkouts: every order is whole, and every answer true and in time`, async () => {
  await using ground = await givenGround()
  await using folder = await dataFolder()
  await using provider = await startSandboxServer({ journal: join(folder.path, 'provider.jsonl') })
  await using host = await startHost({ ...ground.env, SANDBOX_URL: provider.url })
  await using executioner = await givenExecutioner(ground.databaseUrl)
  const admin = await signInAdmin(host.url)
  const seller = await signUpSeller(host.url, admin, 'Loom and Thread')
  const wanted = await offer(seller, { stock: 100_000 })
  const buyers: Person[] = []
  for (let each = 0; each < buyersAtOnce; each += 1) buyers.push(await signUp(host.url, 'Steady Buyer'))

  const seen: Seen = { paid: new Set(), unexpected: [], slowestMs: 0 }
  const besides = { slowestMs: 0 }
  const enough = () => executioner.killed() >= victims
  await Promise.all([
    // Some must come through, or there is nothing to hold against the rest.
    executioner.killUntil(enough, () => seen.paid.size >= executioner.killed() / 10),
    ...buyers.map(async buyer => {
      while (!enough()) await buyOnce(buyer, wanted, seen)
    }),
    lookIn(admin, enough, besides),
  ])

  const settling = performance.now()
  expect(seen.unexpected).toEqual([])
  expect(seen.slowestMs - besides.slowestMs).toBeLessThan(5_000)
  await eventually(
    async () => {
      const { data: journal } = paymentsContract.operations.readJournal.output.parse(
        await (await fetch(new URL('/journal', provider.url))).json(),
      )
      const findings = await checkInvariants(ground.databaseUrl, { atRest: true, journal })
      expect(violated(findings)).toEqual([])
    },
    { within: 60_000, every: 500 },
  )
  const settledMs = performance.now() - settling
  expect(await tornOrders(executioner.sql)).toEqual([])
  const orders = await executioner.sql`select id from orders.order where status = 'paid'`
  expect(new Set(orders.map(({ id }) => id))).toEqual(seen.paid)
  // What a statement that went out on its own leaves behind is seen.
  const [any] = [...seen.paid]
  await executioner.sql`update orders.sale set seller_id = seller_id where order_id = ${any ?? ''}`
  expect(await tornOrders(executioner.sql)).toEqual([any])
  // The process is the one that was started.
  expect((await admin.get('/health/ready')).status).toBe(200)
  console.log(
    `${executioner.killed()} backends terminated, ${orders.length} orders paid, the slowest answer took ${Math.round(seen.slowestMs)} ms, all settled after ${Math.round(settledMs)} ms`,
  )
}, 300_000)

/** What the buyers have seen. */
interface Seen extends Timed {
  /** Orders that they were told are paid. */
  readonly paid: Set<string>
  /** Answers that nobody should get. */
  readonly unexpected: string[]
}

/** How long the slowest answer took. */
interface Timed {
  slowestMs: number
}

/** Asks for what needs no database: as slow as that is, the machine is slow by itself. */
const lookIn = async (anybody: Person, enough: () => boolean, seen: Timed): Promise<void> => {
  while (!enough()) await timed(seen, () => anybody.get('/health/live'))
}

const timed = async <T>(seen: Timed, work: () => Promise<T>): Promise<T> => {
  const begun = performance.now()
  try {
    return await work()
  } finally {
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - begun)
  }
}

/** One order under one key, asked for until it is paid. */
const buyOnce = async (buyer: Person, wanted: Offer, seen: Seen): Promise<void> => {
  await eventually(() => timed(seen, () => putIntoCart(buyer, wanted)), { within: 30_000, every: 20 })
  const key = randomUUID()
  await eventually(
    async () => {
      const { status, text, json } = await timed(seen, () => checkout(buyer, 'tok_approved', key))
      const { id, code } = answer.parse(json)
      if (status === 201 && id !== undefined) return void seen.paid.add(id)
      const passing = status === 202 || status === 503 || code === 'idempotency_in_progress'
      if (!passing) seen.unexpected.push(`${status} ${text}`)
      throw new Error(`not paid yet: ${status} ${text}`)
    },
    { within: 60_000, every: 50 },
  )
}

const answer = z.object({ id: z.string().optional(), code: z.string().optional() })

/** Somebody who may end the connections of others, a few at a time, those at work first. */
const givenExecutioner = async (databaseUrl: string) => {
  const sql = postgres(databaseUrl, {
    max: 1,
    onnotice: () => undefined,
    connection: { application_name: 'executioner' },
  })
  let killed = 0
  return {
    sql,
    killed: () => killed,
    async killUntil(enough: () => boolean, mayGoOn: () => boolean) {
      while (!enough()) {
        const [count] = await sql`
          select count(pg_terminate_backend(pid))::int as killed
            from (select pid from pg_stat_activity
                   where application_name like 'plinth%' and datname = current_database()
                   order by (state <> 'idle') desc, random() limit 3) as victim`
        killed += count?.killed ?? 0
        await eventually(mayGoOn, { within: 60_000 })
      }
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }),
  }
}
