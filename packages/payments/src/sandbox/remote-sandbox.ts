import { Unavailable } from '@plinth/kernel'
import { type PaymentProvider, ProviderRefused, ProviderUnreached } from '../provider/provider.ts'
import type { Sandbox } from './sandbox.ts'
import { readSandboxMessage } from './webhook.ts'
import { chargeAnswer, journalAnswer, refusal } from './wire.ts'

/** Milliseconds that an admin's look at the sandbox may take. */
const dashboardMs = 3_000

/**
 * A sandbox that runs as a process of its own, asked over HTTP with connections kept alive. Whatever is not an
 * answer of its own rejects: what it did then is not known.
 */
export const remoteSandbox = ({
  url,
  webhookSecret,
}: {
  /** Where it listens: `http://127.0.0.1:4242` */
  readonly url: string
  /** Standard Webhooks secret, `whsec_...`; without one every message is refused. */
  readonly webhookSecret?: string
}): Sandbox => {
  const ask = askAt(url)
  const charging =
    (path: string): PaymentProvider['capture'] =>
    async ({ paymentId, orderId, amount, token }, { signal }) => {
      const body = { paymentId, orderId, amount, token }
      return chargeAnswer.parse(await ask('POST', path, { body, signal }))
    }
  const dashboard = async (method: 'GET' | 'PUT', path: string, body?: object) => {
    try {
      return await ask(method, path, { body, signal: AbortSignal.timeout(dashboardMs) })
    } catch (cause) {
      throw Unavailable(undefined, { cause })
    }
  }
  return {
    provider: {
      name: 'sandbox',
      capture: charging('/capture'),
      void: charging('/void'),
      async refund({ refundId, paymentId, amount }, signal) {
        await ask('POST', '/refund', { body: { refundId, paymentId, amount }, signal })
      },
      readMessage: readSandboxMessage(webhookSecret),
    },
    async readJournal({ orderId, latest = 1000 } = {}) {
      const query = new URLSearchParams({ latest: String(latest), ...(orderId && { orderId }) })
      return journalAnswer.parse(await dashboard('GET', `/journal?${query}`)).data
    },
    async steer(mode) {
      await dashboard('PUT', '/refunds', { mode })
    },
  }
}

const askAt =
  (url: string) =>
  async (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    { body, signal }: { readonly body?: object | undefined; readonly signal: AbortSignal },
  ): Promise<unknown> => {
    const answer = await fetch(new URL(path, url), {
      method,
      signal,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch(tellUnreached)
    const text = await answer.text()
    if (answer.status === 409) throw new ProviderRefused(refusal.parse(JSON.parse(text)).refused)
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}`)
    return text === '' ? undefined : JSON.parse(text)
  }

/** A connection that was refused carried nothing. With any other, what was sent may have arrived. */
const tellUnreached = (error: unknown): never => {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED')
    throw new ProviderUnreached('The sandbox cannot be reached.', { cause })
  throw error
}
