import { declareError, newId } from '@plinth/kernel'
import { connectPostgres, createDatabase } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answer, gatewayOf, route } from '../src/index.ts'
import { givenGateway, givenGatewayDatabase, readThings } from './given.ts'
import { expectProblem } from './problem-schema.ts'

const Declined = declareError('declined', { kind: 'payment_required', description: 'The card was declined.' })
const Taken = declareError('taken', { kind: 'conflict', description: 'It is taken.' })
const operation = { summary: 'Pay', access: [readThings], errors: [Declined, Taken] } as const
const ada = { id: newId(), roles: ['user'] }
const eve = { id: newId(), roles: ['user'] }

let database: Awaited<ReturnType<typeof givenGatewayDatabase>>
let given: Awaited<ReturnType<typeof givenGateway>>
let runs: { readonly key: string | undefined; readonly amount: number }[]
let answers: (() => Promise<Answer>)[]

beforeAll(async () => {
  database = await givenGatewayDatabase()
  given = await givenGateway({
    pool: database.pool,
    routes: app => {
      const shared = {
        method: 'POST',
        tag: 'Payments',
        operation,
        body: z.strictObject({
          amount: z.int().min(1),
          note: z.record(z.string(), z.string()).optional(),
        }),
        responses: { 201: z.looseObject({}), 202: z.looseObject({}) },
      } as const
      const pay = async ({
        context,
        body,
      }: {
        readonly context: { readonly idempotencyKey?: string }
        readonly body: { readonly amount: number }
      }): Promise<Answer> => {
        runs.push({ key: context.idempotencyKey, amount: body.amount })
        return (answers.shift() ?? paid)()
      }
      route(app, {
        ...shared,
        path: '/pay',
        id: 'pay',
        idempotency: 'required',
        settles: true,
        handle: pay,
        etag: true,
      })
      route(app, { ...shared, path: '/tip', id: 'tip', idempotency: 'accepted', handle: pay })
    },
  })
})
afterAll(async () => {
  await given[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  runs = []
  answers = []
})

const paid = async (): Promise<Answer> => ({
  status: 201,
  body: { id: newId(), z: 1, a: 2 },
  headers: { location: `/payments/${runs.length}` },
})
const pay = (key: string, body: unknown = { amount: 5 }, as = ada, path = '/pay') =>
  given.send('POST', path, { as, body, headers: { 'idempotency-key': key } })

describe('A request with a key', () => {
  it('is run once; its repeat gets the same answer, to the byte', async () => {
    const key = newId()
    const first = await pay(key)
    expect(first.status).toBe(201)
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
    const second = await pay(key)
    expect(second.status).toBe(201)
    expect(second.text).toBe(first.text)
    expect(second.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'content-type': first.headers['content-type'],
      location: '/payments/1',
      etag: first.headers.etag,
    })
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
    expect(runs).toStrictEqual([{ key, amount: 5 }])
  })

  it('is the same one however its fields are ordered and spaced', async () => {
    const key = newId()
    const first = await pay(key, '{"amount":5,"note":{"a":"1","b":"2"}}')
    const second = await pay(key, '{ "note": {"b":"2","a":"1"}, "amount": 5.0 }')
    expect(second.text).toBe(first.text)
    expect(runs).toHaveLength(1)
  })

  it('is refused when the key stands for another one', async () => {
    const key = newId()
    await pay(key)
    expectProblem(await pay(key, { amount: 6 }), 422, 'idempotency_key_reused')
    expect(runs).toHaveLength(1)
  })

  it('does not meet that of another user, or of another operation', async () => {
    const key = newId()
    await pay(key)
    expect((await pay(key, { amount: 7 }, eve)).status).toBe(201)
    expect((await pay(key, { amount: 8 }, ada, '/tip')).status).toBe(201)
    expect(runs.map(({ amount }) => amount)).toStrictEqual([5, 7, 8])
  })

  it('is refused while it runs, and then answered', async () => {
    const key = newId()
    let letGo = () => {}
    const held = new Promise<void>(resolve => {
      letGo = resolve
    })
    answers = [() => held.then(paid)]
    const first = pay(key)
    await eventually(() => runs.length === 1)
    const second = await pay(key)
    expectProblem(second, 409, 'idempotency_in_progress')
    expect(second.headers['retry-after']).toBe('1')
    expectProblem(await pay(key, { amount: 6 }), 422, 'idempotency_key_reused')
    letGo()
    expect((await pay(key)).text).toBe((await first).text)
  })

  it('of many at once is run once', async () => {
    const key = newId()
    const all = await Promise.all(Array.from({ length: 20 }, () => pay(key)))
    expect(runs).toHaveLength(1)
    for (const { status } of all) expect([201, 409]).toContain(status)
    expect(
      all.filter(({ status, headers }) => status === 201 && !headers['idempotent-replayed']),
    ).toHaveLength(1)
  })

  it('keeps a refusal that had an effect', async () => {
    const key = newId()
    answers = [() => Promise.reject(Declined())]
    const first = await pay(key)
    expectProblem(first, 402, 'declined')
    const second = await pay(key)
    expect(second.status).toBe(402)
    expect(second.text).toBe(first.text)
    expect(second.headers).toMatchObject({
      'idempotent-replayed': 'true',
      'content-type': 'application/problem+json; charset=utf-8',
    })
    expect(runs).toHaveLength(1)
  })

  it.each([
    ['a refusal', () => Promise.reject(Taken()), 409],
    ['a failure', () => Promise.reject(new Error('broken')), 500],
  ])('is free again after %s, also for another request', async (_, refusal, status) => {
    const key = newId()
    answers = [refusal]
    expect((await pay(key)).status).toBe(status)
    expect((await pay(key, { amount: 6 })).status).toBe(201)
    expect(runs.map(({ amount }) => amount)).toStrictEqual([5, 6])
  })

  it('is run anew while its answer is that it is under way, and tells that it is a repeat', async () => {
    const key = newId()
    const pending = async () => ({ status: 202, body: { state: `pending ${runs.length}` } })
    answers = [pending, pending, () => Promise.reject(Taken()), paid]
    expect((await pay(key)).body).toStrictEqual({ state: 'pending 1' })
    const second = await pay(key)
    expect(second).toMatchObject({ status: 202, body: { state: 'pending 2' } })
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect((await pay(key)).status).toBe(409)
    expectProblem(await pay(key, { amount: 6 }), 422, 'idempotency_key_reused')
    const settled = await pay(key)
    expect(settled.status).toBe(201)
    expect(settled.headers['idempotent-replayed']).toBe('true')
    expect((await pay(key)).text).toBe(settled.text)
    expect(runs).toHaveLength(4)
  })

  it('is answered as at first where being under way is the outcome', async () => {
    const key = newId()
    answers = [async () => ({ status: 202, body: { state: `pending ${runs.length}` } })]
    const first = await pay(key, { amount: 5 }, ada, '/tip')
    expect(first).toMatchObject({ status: 202, body: { state: 'pending 1' } })
    const second = await pay(key, { amount: 5 }, ada, '/tip')
    expect(second.status).toBe(202)
    expect(second.text).toBe(first.text)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(runs).toHaveLength(1)
  })

  it('is looked at after all else: what is malformed or forbidden leaves the key alone', async () => {
    const key = newId()
    expectProblem(await pay(key, { amount: 0 }), 400, 'validation_failed')
    expectProblem(await pay(key, { amount: 5 }, { ...ada, roles: [] }), 403, 'forbidden')
    expect((await pay(key, { amount: 6 })).status).toBe(201)
  })
})

describe('A key', () => {
  it('must be there where money moves', async () => {
    const answer = await given.send('POST', '/pay', { as: ada, body: { amount: 5 } })
    expectProblem(answer, 400, 'idempotency_key_required')
    expect((await given.send('POST', '/tip', { as: ada, body: { amount: 5 } })).status).toBe(201)
  })

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256), 'a\tb'])('cannot be %j', async key => {
    const answer = await pay(key)
    expectProblem(answer, 400, 'validation_failed')
    expect(answer.body.errors).toMatchObject([{ parameter: 'Idempotency-Key' }])
  })

  it.each(['x', '"quoted"', "';drop/**/table/**/gateway.idempotency_key;--", '~'.repeat(255)])(
    'can be %j',
    async key => {
      expect((await pay(key)).status).toBe(201)
      expect((await pay(key)).headers['idempotent-replayed']).toBe('true')
    },
  )
})

const gateway = () =>
  createDatabase({ pool: database.pool, schema: 'gateway' }).on({ actor: { kind: 'anonymous' } })
const age = (key: string, interval: string) =>
  gateway().execute(sql`
    update gateway.idempotency_key
       set created_at = created_at - ${interval}::interval, locked_until = locked_until - ${interval}::interval
     where key = ${key}`)

it('lets a repeat take up what a dead process has left, but nothing else', async () => {
  const key = newId()
  answers = [() => new Promise(() => {}), paid]
  void pay(key)
  await eventually(() => runs.length === 1)
  await age(key, '7 seconds')
  expectProblem(await pay(key), 409, 'idempotency_in_progress')
  await age(key, '2 seconds')
  expectProblem(await pay(key, { amount: 6 }), 422, 'idempotency_key_reused')
  expect((await pay(key)).status).toBe(201)
  expect(runs).toHaveLength(2)
})

it('does not let a process that was taken for dead undo what its successor has kept', async () => {
  const key = newId()
  let fail = (_: Error) => {}
  answers = [
    () =>
      new Promise((_, reject) => {
        fail = reject
      }),
    paid,
  ]
  const late = pay(key)
  await eventually(() => runs.length === 1)
  await age(key, '9 seconds')
  const kept = await pay(key)
  expect(kept.status).toBe(201)
  fail(new Error('too late'))
  expect((await late).status).toBe(500)
  expect((await pay(key)).text).toBe(kept.text)
})

it('forgets a key after a day', async () => {
  const [old, young] = [newId(), newId()]
  await pay(old)
  await pay(young)
  await age(old, '24 hours 1 second')
  await age(young, '23 hours 59 minutes')
  expect((await pay(old, { amount: 6 })).status).toBe(201)
  expect((await pay(young)).headers['idempotent-replayed']).toBe('true')
  await age(old, '24 hours 1 second')
  await using _job = gatewayOf(given.app).idempotency.jobs[0]?.start(silentLogger)
  await eventually(async () => {
    const rows = await gateway().execute<{ key: string }>(sql`
      select key from gateway.idempotency_key where key in (${old}, ${young})`)
    expect(rows).toStrictEqual([{ key: young }])
  })
})

it('tells what happened even if it cannot be kept', async () => {
  await using owner = connectPostgres({ url: database.url, logger: silentLogger })
  const asOwner = createDatabase({ pool: owner, schema: 'gateway' }).on({ actor: { kind: 'anonymous' } })
  answers = [
    async () => {
      await asOwner.execute(sql`revoke update on gateway.idempotency_key from plinth_gateway`)
      return paid()
    },
  ]
  expect((await pay(newId())).status).toBe(201)
  await asOwner.execute(sql`grant update on gateway.idempotency_key to plinth_gateway`)
})
