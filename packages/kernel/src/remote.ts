import type { Actor } from './actor.ts'
import { remaining, type TxContext, withoutTx } from './context.ts'
import type { Client, Contract } from './contract.ts'
import { DeadlineExceeded, Internal, Unavailable } from './errors.ts'
import { providerOf } from './provider.ts'
import { fromWire, wireError } from './wire.ts'

/** One call on its way to another process. */
export interface RemoteCall {
  /** `/rpc/<contract>/<operation>` */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON */
  readonly body: string
  readonly signal?: AbortSignal
  /** Whether the transport may send it again after a failure. */
  readonly idempotent: boolean
}

/** What came back: an HTTP status and a JSON body. */
export interface RemoteReply {
  readonly status: number
  readonly body: string
}

/** The road to the other process. It rejects when it cannot tell what happened there. */
export type Transport = (call: RemoteCall) => Promise<RemoteReply>

/** What {@link remote} needs. */
export interface RemoteOptions {
  readonly transport: Transport
  /** Signs the actor into a short-lived token that the far side verifies with the public keys. */
  readonly signActor: (actor: Actor) => Promise<string>
}

/** The header that carries the milliseconds the caller is still willing to wait. */
export const deadlineHeader = 'plinth-deadline-ms'

/**
 * The neighbour in another process. The context travels as headers: the actor as a signed token, the
 * deadline as the time that is left, `traceparent`, `x-request-id` and `idempotency-key` by their names.
 */
export const remote = <C extends Contract>(contract: C, { transport, signActor }: RemoteOptions): Client<C> =>
  providerOf<C, Client<C>>(contract, (name, operation) => async (context, input) => {
    if (context.tx !== undefined) throw Internal('a transaction cannot cross the network')
    if (remaining(context) === 0) throw DeadlineExceeded()
    const reply = await transport({
      path: pathOf(contract, name),
      headers: await headersOf(context, signActor),
      body: JSON.stringify(input ?? null),
      idempotent: operation.idempotent,
      ...(context.signal && { signal: context.signal }),
    }).catch((cause: unknown) => {
      throw Unavailable(undefined, { cause })
    })
    if (reply.status === 204) return operation.output.parse(undefined)
    const body = jsonOf(reply)
    if (reply.status < 400) return operation.output.parse(body)
    const refusal = wireError.safeParse(body)
    throw refusal.success ? fromWire(refusal.data) : Unavailable(`${contract.name} answered ${reply.status}`)
  })

/** Where an operation is found on the far side. */
export const pathOf = (contract: Contract, name: string): string => `/rpc/${contract.name}/${name}`

const headersOf = async (context: TxContext, signActor: RemoteOptions['signActor']) => {
  const { actor, traceparent, requestId, idempotencyKey } = withoutTx(context)
  const left = remaining(context)
  return {
    'content-type': 'application/json',
    authorization: `Bearer ${await signActor(actor)}`,
    ...(traceparent !== undefined && { traceparent }),
    ...(requestId !== undefined && { 'x-request-id': requestId }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(left !== undefined && { [deadlineHeader]: String(left) }),
  }
}

const jsonOf = ({ body, status }: RemoteReply): unknown => {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw Unavailable(`the far side answered ${status} with something that is not JSON`, { cause })
  }
}
