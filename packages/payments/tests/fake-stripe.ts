import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A PaymentIntent as far as it matters here. */
interface Intent {
  readonly id: string
  readonly object: 'payment_intent'
  readonly amount: number
  status: string
  last_payment_error: { message: string } | null
}

interface Refund {
  readonly id: string
  readonly object: 'refund'
  readonly payment_intent: string
  readonly amount: number
  readonly metadata: Record<string, string>
  status: string
}

interface Reply {
  readonly status: number
  readonly body: unknown
}

/** How the next call that matches goes wrong: refused with this status, or done and its answer lost. */
export interface Fault {
  readonly path: RegExp
  readonly how: number | 'answer-lost'
}

/**
 * Stripe's API as far as payments use it, over HTTP on loopback: intents, confirmations by card token,
 * cancellations, refunds; each idempotency key is answered the same again.
 */
export const startFakeStripe = async () => {
  const intents = new Map<string, Intent>()
  const refunds: Refund[] = []
  const answers = new Map<string, Reply>()
  const calls: string[] = []
  let faults: Fault[] = []
  /** What becomes of the next refund that is made. */
  let refundStatus = 'succeeded'

  const confirm = (intent: Intent, form: URLSearchParams): Reply => {
    const token = form.get('payment_method_data[card][token]') ?? form.get('payment_method')
    if (intent.status !== 'requires_payment_method') return refusal(400, 'payment_intent_unexpected_state')
    if (token === 'tok_visa' || token === 'pm_card_visa') intent.status = 'succeeded'
    else if (token === 'tok_processing') intent.status = 'processing'
    else if (
      token === 'tok_chargeDeclined' ||
      (token === 'tok_second_time_lucky' && !intent.last_payment_error)
    ) {
      intent.last_payment_error = { message: 'Your card was declined.' }
      return {
        status: 402,
        body: { error: { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' } },
      }
    } else if (token === 'tok_second_time_lucky') intent.status = 'succeeded'
    else return refusal(400, 'resource_missing')
    return { status: 200, body: intent }
  }

  const answer = (method: string, path: string, form: URLSearchParams): Reply => {
    const [, , resource, id, verb] = path.split('/')
    if (resource === 'refunds' && method === 'GET') {
      const data = refunds.filter(each => each.payment_intent === form.get('payment_intent'))
      return { status: 200, body: { object: 'list', data, has_more: false, url: '/v1/refunds' } }
    }
    if (resource === 'refunds') {
      const metadata = { refundId: form.get('metadata[refundId]') ?? '' }
      const refund: Refund = {
        id: `re_${refunds.length + 1}`,
        object: 'refund',
        payment_intent: form.get('payment_intent') ?? '',
        amount: Number(form.get('amount')),
        metadata,
        status: refundStatus,
      }
      refunds.push(refund)
      return { status: 200, body: refund }
    }
    if (id === undefined) {
      if (Number(form.get('amount')) < 50) return refusal(400, 'amount_too_small')
      const intent: Intent = {
        id: `pi_${intents.size + 1}`,
        object: 'payment_intent',
        amount: Number(form.get('amount')),
        status: 'requires_payment_method',
        last_payment_error: null,
      }
      intents.set(intent.id, intent)
      return { status: 200, body: { ...intent } }
    }
    const intent = intents.get(id)
    if (intent === undefined) return refusal(404, 'resource_missing')
    if (verb === 'confirm') return confirm(intent, form)
    if (verb === 'cancel') {
      if (!intent.status.startsWith('requires_')) return refusal(400, 'payment_intent_unexpected_state')
      intent.status = 'canceled'
    }
    return { status: 200, body: intent }
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe')
    const method = request.method ?? 'GET'
    calls.push(`${method} ${pathname}`)
    const fault = faults.find(each => each.path.test(`${method} ${pathname}`))
    if (fault !== undefined) faults = faults.filter(each => each !== fault)
    const form = method === 'GET' ? searchParams : new URLSearchParams(await textOf(request))
    const key = request.headers['idempotency-key']
    const known = typeof key === 'string' ? answers.get(key) : undefined
    const reply =
      typeof fault?.how === 'number'
        ? refusal(fault.how, 'trouble')
        : (known ?? answer(method, pathname, form))
    if (typeof key === 'string' && typeof fault?.how !== 'number') answers.set(key, structuredClone(reply))
    if (fault?.how === 'answer-lost') return request.socket.destroy()
    response.writeHead(reply.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(reply.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    intents,
    refunds,
    calls,
    /** Forgets its idempotency keys, as Stripe does after a day. */
    forgetKeys: () => answers.clear(),
    /** The SDK itself asks once more after a connection was closed: such a fault meets both. */
    failNext: (fault: Fault) =>
      void faults.push(...(fault.how === 'answer-lost' ? [fault, { ...fault }] : [fault])),
    refundsWill: (status: string) => {
      refundStatus = status
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** See {@link startFakeStripe}. */
export type FakeStripe = Awaited<ReturnType<typeof startFakeStripe>>

const refusal = (status: number, code: string): Reply => ({
  status,
  body: { error: { type: status < 500 ? 'invalid_request_error' : 'api_error', code, message: code } },
})

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString()
}
