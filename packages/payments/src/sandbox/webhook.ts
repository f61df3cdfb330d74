import { isId } from '@plinth/kernel'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { PaymentProvider, ProviderMessage } from '../provider/provider.ts'

const message = z.object({
  data: z.object({ paymentId: z.string().optional(), refundId: z.string().optional() }).optional(),
})

/** Reads a message signed as Standard Webhooks says (standardwebhooks.com); old ones are refused, too. */
export const readSandboxMessage =
  (secret: string | undefined): PaymentProvider['readMessage'] =>
  async (headers, body) => {
    const id = headers['webhook-id']
    if (secret === undefined || id === undefined) return undefined
    const content = verified(secret, headers, body)
    if (content === undefined) return undefined
    return { id, about: aboutOf(message.safeParse(content).data?.data) }
  }

const verified = (secret: string, headers: Readonly<Record<string, string>>, body: string): unknown => {
  try {
    return new Webhook(secret).verify(body, { ...headers })
  } catch {
    return undefined
  }
}

const aboutOf = (
  data: { paymentId?: string | undefined; refundId?: string | undefined } = {},
): ProviderMessage['about'] => {
  if (data.refundId !== undefined && isId<'Refund'>(data.refundId)) return { refundId: data.refundId }
  if (data.paymentId !== undefined && isId<'Payment'>(data.paymentId)) return { paymentId: data.paymentId }
  return undefined
}
