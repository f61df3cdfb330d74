import { createHmac, randomUUID } from 'node:crypto'

/** What the sandbox signs with in a shop that is fuzzed: `SANDBOX_WEBHOOK_SECRET`. */
export const webhookSecret = `whsec_${Buffer.from('what the sandbox signs with, here').toString('base64')}`

/** A message of the sandbox with its headers, signed as Standard Webhooks says. */
export interface SignedMessage {
  readonly id: string
  readonly time: string
  readonly signature: string
  readonly body: string
}

/** A message about each of these refunds, of now. */
export const signedMessages = (refunds: readonly string[]): SignedMessage[] =>
  refunds.map(refundId => {
    const id = `msg_${randomUUID()}`
    const time = String(Math.floor(Date.now() / 1000))
    const body = JSON.stringify({ type: 'refund.updated', data: { refundId } })
    const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64')
    const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
    return { id, time, signature: `v1,${signature}`, body }
  })
