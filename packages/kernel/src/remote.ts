import type { Actor } from './actor.ts'
import { headersOf } from './context-headers.ts'
import type { Client, Contract } from './contract.ts'
import { contractHeader, contractTag } from './contract-header.ts'
import { inTime, refuseLate } from './deadline.ts'
import { ContractError } from './error.ts'
import { Internal, Unavailable } from './errors.ts'
import type { Operation } from './operation.ts'
import { providerOf } from './provider.ts'
import { fromWire, readOutput, wireError } from './wire.ts'

/** One call on its way to another process. */
export interface RemoteCall {
  /** `/rpc/<contract>/<operation>` */
  readonly path: string
  /** As of now: asked before each try, since the time that is left gets less. */
  readonly headers: () => Readonly<Record<string, string>>
  /** JSON */
  readonly body: string
  /** Fires when the caller stops waiting. */
  readonly signal?: AbortSignal
  /** Epoch milliseconds by which the caller stops waiting. */
  readonly deadline?: number
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

/**
 * The neighbour in another process. The context travels as headers: the actor as a signed token, the
 * deadline as the time that is left, the rest by name.
 *
 * Every failure is a `ContractError`: what the far side declared, as it was thrown there;
 * `deadline_exceeded` when it took longer than the context allows, whatever the transport does;
 * `unavailable` when it cannot be reached or answers something else; `contract_mismatch` when it is of another version
 * of the contract; `internal` when its output is not what the contract promises. Where nobody answered, or not in time, it
 * is not known whether anything happened. What a newer release tells besides is left out.
 */
export const remote = <C extends Contract>(contract: C, options: RemoteOptions): Client<C> =>
  providerOf<C, Client<C>>(contract, (name, operation) => async (context, input) => {
    if (context.tx !== undefined) throw Internal('a transaction cannot cross the network')
    refuseLate(context)
    const { deadline } = context
    const lasting = {
      'content-type': 'application/json',
      authorization: `Bearer ${await signed(options, context.actor)}`,
      [contractHeader]: contractTag(contract),
    }
    const call = {
      path: pathOf(contract, name),
      headers: () => ({ ...lasting, ...headersOf(context) }),
      body: bodyOf(input),
      ...(deadline !== undefined && { deadline }),
      idempotent: operation.idempotent,
    }
    const reply = await inTime(context, signal => options.transport({ ...call, signal })).catch(unreachable)
    return outcomeOf(contract, operation, reply)
  })

/** Where an operation is found on the far side. */
export const pathOf = (contract: Contract, name: string): string => `/rpc/${contract.name}/${name}`

const signed = ({ signActor }: RemoteOptions, actor: Actor) =>
  signActor(actor).catch((cause: unknown) => {
    throw Internal('the actor could not be signed', { cause })
  })

const bodyOf = (input: unknown): string => {
  try {
    return JSON.stringify(input ?? null)
  } catch (cause) {
    throw Internal('the input is not JSON', { cause })
  }
}

const unreachable = (cause: unknown): never => {
  throw cause instanceof ContractError ? cause : Unavailable(undefined, { cause })
}

const outcomeOf = ({ name }: Contract, operation: Operation, { status, body }: RemoteReply): unknown => {
  if (status === 204) return readOutput(operation, undefined)
  const content = jsonOf(body)
  if (status === 200 && content !== undefined) return readOutput(operation, content)
  const refusal = wireError.safeParse(content)
  if (refusal.success) throw fromWire(operation, refusal.data)
  throw Unavailable(undefined, { cause: new Error(`${name} answered ${status} with something else`) })
}

/** Undefined for what is not JSON. */
const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
