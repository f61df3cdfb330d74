import { auditContract, createAudit } from '@plinth/audit'
import {
  ContractError,
  type ExposedContract,
  expose,
  implement,
  Unauthenticated,
  versionOf,
} from '@plinth/kernel'
import type { Logger } from '@plinth/telemetry'
import type { HostedDomain } from '../composition.ts'
import { linkContract } from './link-contract.ts'
import type { Neighbours } from './neighbours.ts'

/** All that other parts of the shop may call in a host: the contracts of its domains, and how they are greeted. */
export const exposedBy = (
  hosted: readonly HostedDomain[],
  { tokens, events, audience }: Pick<Neighbours, 'tokens' | 'events' | 'audience'>,
  logger: Logger,
): ExposedContract[] => {
  const verifyActor = async (token: string) => {
    const actor = await tokens.verify(token)
    // The access token of a user is no token of ours, however good it is.
    if (actor === undefined) throw Unauthenticated()
    return actor
  }
  const onError = (err: unknown, path: string) => report(logger, err, path)
  const greetings = implement(linkContract, {
    greet: async (_, { queues }) => {
      await audience.learn(queues)
      return {
        contracts: Object.fromEntries(hosted.map(({ contract }) => [contract.name, versionOf(contract)])),
        events: await events(),
        queues: audience.own(),
      }
    },
  })
  const audits = hosted.flatMap(domain => domain.audits)
  return [
    expose(linkContract, greetings, { verifyActor, onError }),
    expose(auditContract, createAudit(audits), { verifyActor, onError }),
    ...hosted.map(domain => domain.expose({ verifyActor, onError })),
  ]
}

/** A refusal is an answer as any other; what is away or broken is told of here, where its cause is known. */
const report = (logger: Logger, err: unknown, path: string): void => {
  const kind = err instanceof ContractError ? err.kind : 'internal'
  if (kind === 'internal') logger.error({ err, path }, 'a call failed')
  else if (kind === 'unavailable' || kind === 'deadline')
    logger.warn({ err, path }, 'a call could not be served')
  else logger.debug({ err, path }, 'a call was refused')
}
