import type { Actor } from './actor.ts'
import type { CallContext } from './context.ts'
import type { Contract, Implementation } from './contract.ts'
import { statusOf } from './error.ts'
import { DeadlineExceeded, Unauthenticated } from './errors.ts'
import { callOf } from './provider.ts'
import { deadlineHeader, pathOf, type RemoteReply } from './remote.ts'
import { parseInput, toWire } from './wire.ts'

/** A request from another process: header names in lower case, the body already parsed from JSON. */
export interface ExposedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: unknown
}

/** One operation that other processes can reach. */
export interface ExposedOperation {
  /** Reached by POST. */
  readonly path: string
  readonly handle: (request: ExposedRequest) => Promise<RemoteReply>
}

/** What {@link expose} needs. */
export interface ExposeOptions {
  /** Reads the actor from the token; rejects when the token is no good. */
  readonly verifyActor: (token: string) => Promise<Actor>
  /** Told of every error that became an answer, with its cause, for the log. */
  readonly onError?: (error: unknown, path: string) => void
}

/**
 * The far side of {@link remote}, for any HTTP server: a path and a handler for each operation. The
 * actor is whoever the token says; permissions are checked by the operations themselves.
 */
export const expose = <C extends Contract>(
  contract: C,
  operations: Implementation<C>,
  { verifyActor, onError }: ExposeOptions,
): ExposedOperation[] =>
  Object.entries(contract.operations).map(([name, operation]) => {
    const path = pathOf(contract, name)
    const call = callOf(contract, operations, name)
    const handle = async ({ headers, body }: ExposedRequest): Promise<RemoteReply> => {
      try {
        const context = await contextFrom(headers, verifyActor)
        const output = await call(context, parseInput(operation.input, body ?? undefined))
        return output === undefined
          ? { status: 204, body: '' }
          : { status: 200, body: JSON.stringify(output) }
      } catch (error) {
        onError?.(error, path)
        const refusal = toWire(error)
        return { status: statusOf[refusal.kind], body: JSON.stringify(refusal) }
      }
    }
    return { path, handle }
  })

const contextFrom = async (
  headers: ExposedRequest['headers'],
  verifyActor: ExposeOptions['verifyActor'],
): Promise<CallContext> => {
  const token = /^Bearer (\S+)$/.exec(single(headers.authorization) ?? '')?.[1]
  if (token === undefined) throw Unauthenticated()
  const actor = await verifyActor(token).catch((cause: unknown) => {
    throw Unauthenticated(undefined, { cause })
  })
  const traceparent = single(headers.traceparent)
  const requestId = single(headers['x-request-id'])
  const idempotencyKey = single(headers['idempotency-key'])
  return {
    actor,
    ...(traceparent !== undefined && { traceparent }),
    ...(requestId !== undefined && { requestId }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...deadlineFrom(single(headers[deadlineHeader])),
  }
}

const deadlineFrom = (left: string | undefined) => {
  const ms = Number(left)
  if (left === undefined || !Number.isFinite(ms)) return {}
  if (ms <= 0) throw DeadlineExceeded()
  return { deadline: Date.now() + ms, signal: AbortSignal.timeout(ms) }
}

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]
