import { refundId } from '@plinth/payments-contract'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { PaymentProvider } from '../provider/provider.ts'

/** What a message looks like: `{ "type": "refund.updated", "data": { "refundId": "..." } }`. */
const message = z.object({ data: z.object({ refundId }) })

/** Reads a message signed as Standard Webhooks says (standardwebhooks.com); old ones are refused, too. */
export const readSandboxMessage =
  (secret: string | undefined): PaymentProvider['readMessage'] =>
  async (headers, body) => {
    const id = headers['webhook-id']
    if (secret === undefined || id === undefined) return undefined
    const content = verified(secret, headers, body)
    if (content === undefined) return undefined
    return { id, refundId: message.safeParse(content).data?.data.refundId }
  }

const verified = (secret: string, headers: Readonly<Record<string, string>>, body: string): unknown => {
  try {
    return new Webhook(secret).verify(body, { ...headers })
  } catch {
    return undefined
  }
}
