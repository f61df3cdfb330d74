import type { Forward } from '@plinth/http'
import {
  type Contract,
  ContractMismatch,
  contextOf,
  type OutputOf,
  type RemoteOptions,
  remote,
  service,
  versionOf,
} from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { type Logger, type Metrics, safeMessage } from '@plinth/telemetry'
import type { Audience } from './audience.ts'
import { type LinkContract, linkContract } from './link-contract.ts'
import { openWay } from './way.ts'

/** How a neighbour is. `lasting`: waiting will not mend it, for it is configured otherwise. */
export type NeighbourStatus =
  | { readonly up: true }
  | { readonly up: false; readonly reason: string; readonly lasting: boolean }

/** A domain that runs as a deployable of its own: what the kernel's `remote` needs to call it, and more. */
export interface Neighbour extends RemoteOptions, AsyncDisposable {
  readonly name: string
  /** Passes requests of clients on to it. */
  readonly forward: Forward
  /** Asks it whether it is there, and fits; a second at most. */
  readonly greet: () => Promise<NeighbourStatus>
  /** What it said last. */
  readonly status: () => NeighbourStatus
  /** Greets it all the time. */
  readonly job: Job
}

/** What a neighbour needs. */
export interface NeighbourOptions {
  readonly name: string
  readonly url: string
  /** What we were built with to call it. */
  readonly contract: Pick<Contract, 'name' | 'version'>
  readonly signActor: RemoteOptions['signActor']
  /** Who we are. */
  readonly self: string
  /** By which road our events go. */
  readonly events: () => Promise<string>
  readonly audience: Audience
  readonly logger: Logger
  readonly metrics: Metrics
}

/** A neighbour, of which nothing is known yet. */
export const createNeighbour = (options: NeighbourOptions): Neighbour => {
  const { name, url, contract, signActor, self, audience } = options
  const way = openWay({ url, signActor })
  // Past the breaker: that it is back is found out here.
  const greeting = remote(linkContract, { transport: way.directly, signActor })
  const observe = observing(options)
  let known: NeighbourStatus = { up: false, reason: 'not greeted yet', lasting: false }

  const greet = async (): Promise<NeighbourStatus> => {
    const context = { ...contextOf(service(self)), deadline: Date.now() + greetingMs }
    const now = await Promise.all([
      greeting.greet(context, { queues: audience.known() }),
      options.events(),
    ]).then(
      async ([greeted, events]) => {
        const fit = fitOf(contract, events, greeted)
        if (fit.up) await audience.learn(greeted.queues, name)
        return fit
      },
      (error: unknown): NeighbourStatus => ({ up: false, reason: reasonOf(error), lasting: false }),
    )
    observe(known, now)
    known = now
    return now
  }

  return {
    name,
    signActor,
    transport: call => way.transport(call),
    forward: way.forward,
    greet,
    status: () =>
      known.up && way.isResting() ? { up: false, reason: 'it does not answer', lasting: false } : known,
    job: createJob({
      name: `greet ${name}`,
      everyMs,
      run: async () => {
        await greet()
        return 'done'
      },
    }),
    [Symbol.asyncDispose]: () => way[Symbol.asyncDispose](),
  }
}

const everyMs = 1_000
const greetingMs = 1_000

const observing = ({ name, url, metrics, logger }: NeighbourOptions) => {
  const gauge = metrics.gauge({
    name: 'neighbour_up',
    help: 'Whether a neighbour is there, and fits',
    labels: ['neighbour'],
  })
  return (before: NeighbourStatus, now: NeighbourStatus): void => {
    gauge.set({ neighbour: name }, now.up ? 1 : 0)
    if (now.up && !before.up) logger.info({ neighbour: name, url }, 'a neighbour is there')
    if (!now.up && (before.up || before.reason !== now.reason))
      logger.warn({ neighbour: name, url, reason: now.reason }, 'a neighbour is not there, or does not fit')
  }
}

const fitOf = (
  contract: Pick<Contract, 'name' | 'version'>,
  ours: string,
  { contracts, events }: OutputOf<LinkContract, 'greet'>,
): NeighbourStatus => {
  const served = contracts[contract.name]
  const { name } = contract
  if (served === undefined)
    return {
      up: false,
      reason: `there is no ${name}, but ${Object.keys(contracts).join(', ')}`,
      lasting: true,
    }
  if (events !== ours)
    return {
      up: false,
      reason: `its events go over ${events}, and ours over ${ours}: they never meet`,
      lasting: true,
    }
  if (served === versionOf(contract)) return { up: true }
  const reason = `it serves ${name}/${served}, and we call ${name}/${versionOf(contract)}`
  return { up: false, reason, lasting: false }
}

const reasonOf = (error: unknown): string => {
  if (ContractMismatch.is(error)) return error.message
  return error instanceof Error && error.cause instanceof Error ? reasonOf(error.cause) : safeMessage(error)
}
