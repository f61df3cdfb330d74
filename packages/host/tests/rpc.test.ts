import { rpcRoutes } from '@plinth/http'
import {
  type Actor,
  type Client,
  ContractError,
  contextOf,
  DeadlineExceeded,
  declareError,
  defineContract,
  expose,
  implement,
  local,
  operation,
  permission,
  remote,
  service,
} from '@plinth/kernel'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openWay, type Way } from '../src/wire/way.ts'
import { givenServer, tokensOf } from './given-server.ts'

const Missing = declareError('missing', {
  kind: 'not_found',
  description: 'There is no such thing.',
  details: z.strictObject({ name: z.string() }),
})
const write = permission('things:write:any', { description: 'Change things', roles: ['seller'] })

const thing = z.strictObject({
  text: z.string(),
  number: z.number(),
  tags: z.array(z.string()),
  note: z.string().optional(),
  parent: z.string().nullable(),
})

const contract = defineContract({
  name: 'things',
  permissions: { write },
  events: {},
  operations: {
    echo: operation({ summary: 'The same', input: thing, output: thing, access: 'public', idempotent: true }),
    nothing: operation({ summary: 'None', input: z.undefined(), output: z.undefined(), access: 'public' }),
    fail: operation({
      summary: 'Fails',
      input: z.strictObject({ how: z.enum(['declared', 'broken', 'never']) }),
      output: z.undefined(),
      errors: [Missing],
      access: 'public',
    }),
    change: operation({ summary: 'For few', input: z.strictObject({}), output: z.string(), access: [write] }),
    who: operation({
      summary: 'What arrives',
      input: z.strictObject({}),
      output: z.array(z.string().nullable()),
      access: 'public',
    }),
  },
})

const operations = implement(contract, {
  echo: async (_, input) => input,
  nothing: async () => undefined,
  fail: async (_, { how }) => {
    if (how === 'never') await new Promise(() => undefined)
    throw how === 'declared' ? Missing({ name: 'Ada' }) : new Error('a secret')
  },
  change: async () => 'changed',
  who: async context => [context.actor.kind, context.requestId ?? null, context.idempotencyKey ?? null],
})

type Things = Client<typeof contract>
const providers = new Map<string, Things>()
const signActor = tokensOf('shop').signerFor('things')
let given: Awaited<ReturnType<typeof givenServer>>
let way: Way

beforeAll(async () => {
  const { verify } = tokensOf('things', 'things')
  const verifyActor = async (token: string) => {
    const actor = await verify(token)
    if (actor === undefined) throw new Error('no token of ours')
    return actor
  }
  given = await givenServer(async app => {
    await app.register(rpcRoutes([expose(contract, operations, { verifyActor })]))
  })
  way = openWay({ url: given.url, signActor })
  providers
    .set('by reference', local(contract, operations))
    .set('in strict mode', local(contract, operations, { strict: true }))
    .set('over HTTP', remote(contract, { transport: way.transport, signActor }))
})
afterAll(async () => {
  await way?.[Symbol.asyncDispose]()
  await given?.[Symbol.asyncDispose]()
})

const outcome = async (call: Promise<unknown>) => {
  try {
    return { value: await call }
  } catch (error) {
    if (!(error instanceof ContractError)) throw error
    const { code, kind, message, details } = error
    return { code, kind, message, ...(details !== undefined && { details }) }
  }
}

/** What a call comes to with every provider; they must agree. */
const everywhere = async (call: (things: Things) => Promise<unknown>) => {
  const [first, ...others] = await Promise.all([...providers.values()].map(each => outcome(call(each))))
  for (const other of others) expect(other).toStrictEqual(first)
  return first
}

const shop = contextOf(service('shop'))
const plain = { text: 'Grüße', number: 1, tags: ['a'], parent: null }

describe('By reference, strictly and over HTTP it makes no difference', () => {
  it('what comes back, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            text: fc.string({ unit: 'binary', maxLength: 50 }),
            number: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
            tags: fc.array(fc.string(), { maxLength: 5 }),
            note: fc.string(),
            parent: fc.option(fc.string()),
          },
          { requiredKeys: ['text', 'number', 'tags', 'parent'] },
        ),
        async sent => {
          const value = { ...sent, number: sent.number === 0 ? 0 : sent.number }
          await everywhere(things => things.echo(shop, value))
        },
      ),
      { numRuns: 100 },
    )
  })

  it.each([
    ['text that is no Unicode', { text: '\ud800' }],
    ['NUL', { text: 'a\0b' }],
    ['a number of many digits', { number: 0.1 + 0.2 }],
    ['a number beyond whole ones', { number: 1e21 }],
    ['a name that nothing should have', { text: '__proto__', note: '{"__proto__":1}' }],
  ])('how it takes %s', async (_, odd) => {
    expect(await everywhere(things => things.echo(shop, { ...plain, ...odd }))).toBeDefined()
  })

  it('that there is nothing to say', async () => {
    expect(await everywhere(things => things.nothing(shop, undefined))).toStrictEqual({ value: undefined })
  })

  it('how it is refused', async () => {
    expect(await everywhere(things => things.fail(shop, { how: 'declared' }))).toStrictEqual({
      code: 'missing',
      kind: 'not_found',
      message: 'There is no such thing.',
      details: { name: 'Ada' },
    })
    expect(await everywhere(things => things.change(contextOf(), {}))).toMatchObject({
      kind: 'unauthenticated',
    })
    const ada: Actor = { kind: 'user', id: 'ada', roles: [], permissions: [] }
    expect(await everywhere(things => things.change(contextOf(ada), {}))).toMatchObject({ kind: 'forbidden' })
  })

  it('that a fault is kept to itself', async () => {
    const fault = await everywhere(things => things.fail(shop, { how: 'broken' }))
    expect(fault).toMatchObject({ kind: 'internal' })
    expect(JSON.stringify(fault)).not.toContain('secret')
  })

  it('who asks, and for what', async () => {
    const context = { ...shop, requestId: 'request: 1', idempotencyKey: 'Schlüssel' }
    expect(await everywhere(things => things.who(context, {}))).toStrictEqual({
      value: ['service', 'request: 1', 'Schlüssel'],
    })
  })
})

it('gives up over HTTP when its caller does, whatever the far side waits for', async () => {
  const begun = performance.now()
  const error = await providers
    .get('over HTTP')
    ?.fail({ ...shop, deadline: Date.now() + 100 }, { how: 'never' })
    .catch((thrown: unknown) => thrown)
  expect(DeadlineExceeded.is(error)).toBe(true)
  expect(performance.now() - begun).toBeLessThan(1000)
})
