import {
  type CallContext,
  ContractMismatch,
  contextOf,
  DeadlineExceeded,
  Internal,
  NotFound,
  newId,
  type RemoteCall,
  type RemoteReply,
  remote,
  service,
  type Transport,
  Tx,
  toWire,
  Unavailable,
} from '@plinth/kernel'
import { describe, expect, it } from 'vitest'
import { OutOfStock, shelfContract } from './shelf-contract.ts'
import { signActor } from './shelf-providers.ts'

const itemId = newId<'Item'>()
const job = contextOf(service('orders'))

/** What a call comes to over a transport, and what the transport was given. */
const over = async (transport: Transport, context: CallContext = job, sign = signActor) => {
  const calls: RemoteCall[] = []
  const client = remote(shelfContract, {
    transport: call => {
      calls.push(call)
      return transport(call)
    },
    signActor: sign,
  })
  const error: unknown = await client.getItem(context, { itemId }).catch((thrown: unknown) => thrown)
  return { error, calls }
}
const answering =
  (reply: RemoteReply): Transport =>
  () =>
    Promise.resolve(reply)

describe('A call to another process', () => {
  it('says where it goes, who asks, and whether it may be sent again', async () => {
    const { calls } = await over(answering({ status: 204, body: '' }))
    expect(calls).toMatchObject([
      { path: '/rpc/shelf/getItem', body: JSON.stringify({ itemId }), idempotent: true },
    ])
    expect(calls[0]?.headers()).toStrictEqual({
      'content-type': 'application/json',
      authorization: `Bearer ${await signActor(job.actor)}`,
      'plinth-contract': 'shelf/1',
    })
  })

  it('says how long the caller still waits, not until when: clocks differ', async () => {
    const deadline = Date.now() + 5000
    const { calls } = await over(answering({ status: 204, body: '' }), { ...job, deadline })
    const left = () => Number(calls[0]?.headers()['plinth-deadline-ms'])
    const first = left()
    expect(first).toBeGreaterThan(4000)
    expect(first).toBeLessThanOrEqual(5000)
    expect(calls[0]?.deadline).toBe(deadline)
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(left()).toBeLessThan(first)
  })

  it('is unavailable when the road is broken, whichever way it breaks', async () => {
    const broken = new Error('ECONNRESET')
    const throwing: Transport = () => {
      throw broken
    }
    for (const transport of [() => Promise.reject(broken), throwing]) {
      const { error } = await over(transport)
      expect(Unavailable.is(error) && error.cause).toBe(broken)
    }
  })

  it.each([
    ['a proxy that is lost for words', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['a proxy that speaks JSON', { status: 502, body: '{"error":"bad gateway"}' }],
    ['a redirect', { status: 302, body: '{}' }],
    ['a path that is not there', { status: 404, body: '{"message":"Route not found"}' }],
    ['an answer cut short', { status: 200, body: '{"itemId":' }],
    [
      'a kind of refusal that there is not',
      { status: 418, body: '{"code":"x","kind":"teapot","message":""}' },
    ],
  ])('is unavailable when it meets %s, and says no more', async (_, reply) => {
    const { error } = await over(answering(reply))
    expect(Unavailable.is(error) && error.message).toBe(Unavailable.description)
  })

  it.each([
    ['an output that the contract does not promise', { status: 200, body: '{"itemId":1}' }],
    ['nothing where there is something promised', { status: 204, body: '' }],
    [
      'a refusal that the operation does not declare',
      { status: 409, body: '{"code":"out_of_stock","kind":"conflict","message":""}' },
    ],
    [
      'an internal fault with words of its own',
      { status: 500, body: '{"code":"internal","kind":"internal","message":"pg: secret"}' },
    ],
  ])('is internal when the far side gives %s', async (_, reply) => {
    const { error } = await over(answering(reply))
    expect(Internal.is(error)).toBe(true)
  })

  it('is internal when a refusal lacks the details it is declared with', async () => {
    const body = JSON.stringify({ code: 'validation_failed', kind: 'invalid', message: '', details: {} })
    expect(Internal.is((await over(answering({ status: 400, body }))).error)).toBe(true)
  })

  it('has headers that any server takes, whatever is in the context', async () => {
    const text = 'é%\r\nx-evil: 1 😀\ud800'
    const context = { ...job, requestId: text, idempotencyKey: text, address: text, traceparent: text }
    const { calls } = await over(answering({ status: 204, body: '' }), context)
    const headers = calls[0]?.headers() ?? {}
    expect(Object.keys(headers)).toContain('idempotency-key')
    for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]+$/)
    expect(() => new Headers(headers)).not.toThrow()
  })

  it('leaves out what a newer release tells besides', async () => {
    const item = { itemId, label: 'Tea', left: 3, tags: ['hot'], parent: null }
    const body = JSON.stringify({ ...item, aisle: 4 })
    const client = remote(shelfContract, { transport: answering({ status: 200, body }), signActor })
    expect(await client.getItem(job, { itemId })).toStrictEqual(item)
    const refusal = {
      code: 'out_of_stock',
      kind: 'conflict',
      message: 'None.',
      details: { itemId, left: 0, due: 1 },
    }
    const full = remote(shelfContract, {
      transport: answering({ status: 409, body: JSON.stringify(refusal) }),
      signActor,
    })
    const error: unknown = await full.hold(job, { itemId, quantity: 1 }).catch((thrown: unknown) => thrown)
    expect(OutOfStock.is(error) && error.details).toStrictEqual({ itemId, left: 0 })
  })

  it('is told that the other side is of another version', async () => {
    const body = JSON.stringify(toWire(ContractMismatch({ caller: 'shelf/1', provider: 'shelf/2' })))
    const { error } = await over(answering({ status: 503, body }))
    expect(ContractMismatch.is(error) && error.details).toStrictEqual({
      caller: 'shelf/1',
      provider: 'shelf/2',
    })
  })

  it('takes the kind of a refusal from the contract, not from the wire', async () => {
    const body = JSON.stringify({ code: 'not_found', kind: 'forbidden', message: 'Gone.' })
    const { error } = await over(answering({ status: 403, body }))
    expect(error).toMatchObject({ code: 'not_found', kind: 'not_found', message: 'Gone.' })
    expect(NotFound.is(error)).toBe(true)
  })

  it('gives up at the deadline, though the transport hangs and hears nothing', async () => {
    const { error, calls } = await over(() => new Promise(() => {}), { ...job, deadline: Date.now() + 20 })
    expect(DeadlineExceeded.is(error)).toBe(true)
    expect(calls[0]?.signal?.aborted).toBe(true)
  })

  it('gives up when the caller does', async () => {
    const caller = new AbortController()
    const transport: Transport = () => {
      caller.abort('gone')
      return new Promise(() => {})
    }
    const { error } = await over(transport, { ...job, signal: caller.signal })
    expect(DeadlineExceeded.is(error) && error.cause).toBe('gone')
    expect(DeadlineExceeded.is((await over(transport, { ...job, signal: caller.signal })).error)).toBe(true)
  })

  it('waits as long as it is told to, even for years', async () => {
    const slow: Transport = async () => {
      await new Promise(resolve => setTimeout(resolve, 20))
      return { status: 404, body: JSON.stringify(toWire(NotFound())) }
    }
    const { error } = await over(slow, { ...job, deadline: Date.now() + 1e12 })
    expect(NotFound.is(error)).toBe(true)
  })

  it('is not made at all after the deadline', async () => {
    const { error, calls } = await over(answering({ status: 204, body: '' }), { ...job, deadline: 1 })
    expect(DeadlineExceeded.is(error)).toBe(true)
    expect(calls).toStrictEqual([])
  })

  it('is not made when the actor cannot be signed', async () => {
    const { error, calls } = await over(answering({ status: 204, body: '' }), job, () =>
      Promise.reject(new Error('no key')),
    )
    expect(Internal.is(error)).toBe(true)
    expect(calls).toStrictEqual([])
  })

  it('takes no transaction along, should one slip past the compiler', async () => {
    class OpenTx extends Tx {
      protected override readonly opened = true
    }
    const { error, calls } = await over(
      answering({ status: 204, body: '' }),
      Object.assign({ tx: new OpenTx() }, job),
    )
    expect(Internal.is(error)).toBe(true)
    expect(calls).toStrictEqual([])
  })
})
