import { type Actor, addressHeader, ContractError, deadlineHeader } from '@plinth/kernel'
import type { FastifyRequest } from 'fastify'
import { bearerOf } from './authenticator.ts'
import type { Call } from './call.ts'
import { BadToken } from './problem.ts'

/** Knows the gateways of the shop that pass requests on: by what they sign. */
export interface PassedOn {
  /**
   * On whose behalf a request is passed on. Undefined for what is no such token at all, an access token say; rejects
   * where it is one, and no good.
   */
  readonly verify: (token: string) => Promise<Actor | undefined>
}

/**
 * Lets in what another gateway has let in already: who it is for, where it came from and how long there is are what
 * that one says. False where nobody has passed it on.
 */
export const admitPassedOn = async (
  { verify }: PassedOn,
  request: FastifyRequest,
  call: Call,
): Promise<boolean> => {
  const token = bearerOf(request)
  const actor = token === undefined ? undefined : await verify(token).catch(refused)
  if (actor === undefined) return false
  // A part of the shop calls operations, not routes: here it has nobody to speak for.
  if (actor.kind === 'service') throw new BadToken()
  call.passedOn = true
  call.actor = actor
  const address = request.headers[addressHeader]
  if (typeof address === 'string') call.address = address
  const left = request.headers[deadlineHeader]
  if (typeof left === 'string' && /^\d{1,9}$/.test(left)) call.deadline = Date.now() + Number(left)
  return true
}

/** That the keys cannot be had is no fault of the token. */
const refused = (error: unknown): never => {
  throw error instanceof ContractError ? error : new BadToken()
}
