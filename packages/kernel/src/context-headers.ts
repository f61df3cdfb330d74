import type { Actor } from './actor.ts'
import { type CallContext, remaining, type TxContext } from './context.ts'
import { longestTimer } from './deadline.ts'
import { ValidationFailed } from './errors.ts'

/** The header that carries the milliseconds the caller is still willing to wait. */
export const deadlineHeader = 'plinth-deadline-ms'

/** The header that carries the IP address that the request behind a call came from. */
export const addressHeader = 'plinth-client-address'

/** The header of each text that goes with a call, percent-encoded so that any text may. */
const textHeaders = {
  traceparent: 'traceparent',
  requestId: 'x-request-id',
  idempotencyKey: 'idempotency-key',
  address: addressHeader,
} as const

type Text = keyof typeof textHeaders

/** A context without its actor, as headers. */
export const headersOf = (context: TxContext): Record<string, string> => {
  const left = remaining(context)
  const text = (name: Text) => {
    const value = context[name]
    return value === undefined ? {} : { [textHeaders[name]]: encodeURIComponent(value.toWellFormed()) }
  }
  return {
    ...text('traceparent'),
    ...text('requestId'),
    ...text('idempotencyKey'),
    ...text('address'),
    ...(left !== undefined && { [deadlineHeader]: String(Math.ceil(left)) }),
  }
}

/** Header names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** The context that headers stand for; `validation_failed` for what {@link headersOf} never writes. */
export const contextFrom = (actor: Actor, headers: RequestHeaders): CallContext => {
  const text = (name: Text) => {
    const value = single(headers[textHeaders[name]])
    return value === undefined ? {} : { [name]: decoded(textHeaders[name], value) }
  }
  return {
    actor,
    ...text('traceparent'),
    ...text('requestId'),
    ...text('idempotencyKey'),
    ...text('address'),
    ...deadlineFrom(single(headers[deadlineHeader])),
  }
}

/** The one value of a header; of several, the first. */
export const single = (value: RequestHeaders[string]): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

const deadlineFrom = (left: string | undefined) => {
  if (left === undefined) return {}
  if (!/^\d{1,15}$/.test(left)) throw malformed(deadlineHeader)
  const ms = Number(left)
  return { deadline: Date.now() + ms, ...(ms <= longestTimer && { signal: AbortSignal.timeout(ms) }) }
}

const decoded = (header: string, value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    throw malformed(header)
  }
}

const malformed = (header: string) =>
  ValidationFailed({ errors: [{ parameter: header, detail: 'This header is malformed.' }] })
