import { type Actor, defineContract, expose, implement, operation, service } from '@plinth/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { rpcRoutes } from '../src/index.ts'
import { givenGateway } from './given.ts'

const contract = defineContract({
  name: 'things',
  permissions: {},
  events: {},
  operations: {
    greet: operation({ summary: 'Hello', input: z.strictObject({}), output: z.string(), access: 'internal' }),
    nothing: operation({ summary: 'None', input: z.undefined(), output: z.undefined(), access: 'internal' }),
  },
})
const operations = implement(contract, { greet: async () => 'hello', nothing: async () => undefined })
const verifyActor = async (token: string): Promise<Actor> => {
  if (token !== 'ours') throw new Error('no token of ours')
  return service('shop')
}

let given: Awaited<ReturnType<typeof givenGateway>>
beforeAll(async () => {
  given = await givenGateway({
    routes: async app => {
      await app.register(rpcRoutes([expose(contract, operations, { verifyActor })]))
    },
  })
})
afterAll(() => given[Symbol.asyncDispose]())

const call = (name: string, headers: Record<string, string> = {}, body = '{}') =>
  given.send('POST', `/rpc/things/${name}`, { headers: { authorization: 'Bearer ours', ...headers }, body })

it('answers with what the operation gives, or with nothing', async () => {
  expect(await call('greet')).toMatchObject({ status: 200, body: 'hello' })
  expect(await call('nothing', {}, 'null')).toMatchObject({ status: 204, text: '' })
})

it.each([
  ['no token', { authorization: '' }, '{}', 401],
  ['a token that is none of ours', { authorization: 'Bearer none' }, '{}', 401],
  ['a body that is no JSON', {}, '{', 400],
  ['another version of the contract', { 'plinth-contract': 'things/2' }, '{}', 503],
])('refuses a call with %s', async (_, headers, body, status) => {
  expect((await call('greet', headers, body)).status).toBe(status)
})

it('tells a call of what is not there from one of another contract', async () => {
  expect(await call('wave')).toMatchObject({ status: 503, body: { code: 'contract_mismatch' } })
  expect((await given.send('POST', '/rpc/others/wave', { body: '{}' })).status).toBe(404)
})
