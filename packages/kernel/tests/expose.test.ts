import { type ExposedRequest, expose, Internal, newId, service, Unavailable } from '@plinth/kernel'
import { describe, expect, it } from 'vitest'
import { shelfContract } from './shelf-contract.ts'
import { shelf, signActor } from './shelf-providers.ts'

const itemId = newId<'Item'>()
const token = await signActor(service('orders'))

const exposed = (
  operations: Parameters<typeof shelf>[0],
  verifyActor = async (given: string) => {
    if (given !== token) throw new Error('bad signature')
    return service('orders')
  },
) => {
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const all = expose(shelfContract, shelf(operations), { verifyActor, onError })
  const ask = async (operation: string, { headers, body }: Partial<ExposedRequest> = {}) => {
    const request = { headers: { authorization: `Bearer ${token}`, ...headers }, body: body ?? null }
    const known = all.operations.find(({ path }) => path === `/rpc/shelf/${operation}`)
    const { status, body: text } = await (known?.handle ?? all.otherwise)(request)
    return { status, body: text === '' ? undefined : JSON.parse(text) }
  }
  return { ask, errors, paths: all.operations.map(({ path }) => path) }
}

describe('An exposed contract', () => {
  it('has a path for each operation', () => {
    expect(exposed({}).paths).toStrictEqual(
      Object.keys(shelfContract.operations).map(name => `/rpc/shelf/${name}`),
    )
  })

  it('answers with the output, or with nothing', async () => {
    const { ask } = exposed({ hold: async () => ({ left: 1 }), release: async () => undefined })
    expect(await ask('hold', { body: { itemId, quantity: 1 } })).toStrictEqual({
      status: 200,
      body: { left: 1 },
    })
    expect(await ask('release', { body: { itemId } })).toStrictEqual({ status: 204, body: undefined })
  })

  it.each([
    ['no token', undefined],
    ['another scheme', `Basic ${token}`],
    ['a token that is no good', 'Bearer forged'],
    ['two tokens', `Bearer ${token} ${token}`],
    ['none of several', ['Bearer forged', `Bearer ${token}`]],
  ])('answers 401 to %s', async (_, authorization) => {
    expect(await exposed({}).ask('release', { headers: { authorization } })).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    })
  })

  it('reads the scheme in any case', async () => {
    const { ask } = exposed({ countAll: async () => 7 })
    expect(await ask('countAll', { headers: { authorization: `bearer  ${token}` } })).toMatchObject({
      body: 7,
    })
  })

  it('says that the keys are away, not that the token is bad', async () => {
    const { ask } = exposed({}, () => Promise.reject(Unavailable()))
    expect(await ask('release')).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  })

  it('says nothing of what is internal to whoever verifies the token', async () => {
    const { ask } = exposed({}, () => Promise.reject(Internal('hunter2')))
    expect(await ask('release')).toMatchObject({ status: 500, body: { message: Internal.description } })
  })

  it.each([
    ['plinth-deadline-ms', ['', '-1', '1e3', '0x10', 'soon', '9'.repeat(16)]],
    ['idempotency-key', ['%', '%ff']],
  ])('answers 400 to a malformed %s', async (header, values) => {
    for (const value of values)
      expect(await exposed({}).ask('countAll', { headers: { [header]: value } })).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', details: { errors: [{ parameter: header }] } },
      })
  })

  it('tells the handler how long there is, by its own clock', async () => {
    const { ask } = exposed({
      countAll: async ({ deadline, signal }) => {
        expect(signal?.aborted).toBe(false)
        return Math.round(((deadline ?? 0) - Date.now()) / 10_000)
      },
    })
    expect(await ask('countAll', { headers: { 'plinth-deadline-ms': '60000' } })).toMatchObject({ body: 6 })
    expect(await ask('countAll', { headers: { 'plinth-deadline-ms': '0' } })).toMatchObject({ status: 503 })
  })

  it('keeps what went wrong to itself and its log', async () => {
    const secret = new Error('password=hunter2', { cause: 'hunter2' })
    const { ask, errors } = exposed({ countAll: () => Promise.reject(secret) })
    const { status, body } = await ask('countAll')
    expect(status).toBe(500)
    expect(body).toStrictEqual({
      code: 'internal',
      kind: 'internal',
      message: expect.not.stringMatching(/hunter2/),
    })
    expect(errors).toMatchObject([{ code: 'internal', cause: secret }])
  })

  it('answers 500, not nothing, when an output cannot be written down', async () => {
    const circular: { left: number; self?: unknown } = { left: 1 }
    circular.self = circular
    const { ask } = exposed({ hold: async () => circular })
    expect(await ask('hold', { body: { itemId, quantity: 1 } })).toMatchObject({ status: 500 })
  })

  describe('between two releases', () => {
    const asking = (contract: string) => ({ headers: { 'plinth-contract': contract } })

    it('answers a caller of its own version, and one that does not say', async () => {
      const { ask } = exposed({ countAll: async () => 7 })
      expect(await ask('countAll', asking('shelf/1'))).toMatchObject({ body: 7 })
      expect(await ask('countAll')).toMatchObject({ body: 7 })
    })

    it('tells a caller of another version which two they are, and does nothing', async () => {
      const { ask, errors } = exposed({})
      expect(await ask('countAll', asking('shelf/2'))).toStrictEqual({
        status: 503,
        body: {
          code: 'contract_mismatch',
          kind: 'unavailable',
          message: 'A call by shelf/2 cannot be answered by shelf/1.',
          details: { caller: 'shelf/2', provider: 'shelf/1' },
        },
      })
      expect(errors).toMatchObject([{ code: 'contract_mismatch' }])
    })

    it('tells a caller of a later release that it has no such operation', async () => {
      expect(await exposed({}).ask('dust', asking('shelf/1'))).toMatchObject({
        status: 503,
        body: { code: 'contract_mismatch', message: expect.stringMatching(/no such operation/) },
      })
    })

    it('tells strangers nothing of either', async () => {
      const { ask } = exposed({})
      for (const name of ['countAll', 'dust'])
        expect(
          await ask(name, { headers: { 'plinth-contract': 'shelf/2', authorization: 'Bearer forged' } }),
        ).toMatchObject({ status: 401 })
    })
  })
})
