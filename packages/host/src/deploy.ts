import type { Client, Contract } from '@plinth/kernel'
import { createLogger } from '@plinth/telemetry'
import { usersContract } from '@plinth/users-contract'
import { type DomainParts, here } from './composition.ts'
import { ConfigError, readConfig } from './config.ts'
import type { Ground } from './ground.ts'
import { stopOnSignal } from './lifecycle.ts'
import { type Composition, openHost } from './open-host.ts'
import type { Domain } from './place.ts'
import type { Neighbours } from './wire/neighbours.ts'

/** A deployable of one domain. */
export interface Deployable<C extends Contract> {
  /** The domains that it calls; where they are is configured, as in `CATALOG_URL`. */
  readonly calls?: readonly Domain[]
  /** Those of them that nothing of it works without. */
  readonly cannotDoWithout?: readonly Domain[]
  /** Creates the domain; `far` is for its neighbours. */
  readonly create: (ground: Ground & Pick<Neighbours, 'far'>) => DomainParts<C>
  /** What has to be done before the first request, once the database is up to date. */
  readonly prepare?: (domain: Client<C>, ground: Ground) => Promise<void>
  /** Of users alone, who need not ask anybody who may come in. */
  readonly users?: (domain: Client<C>) => Composition['users']
}

/**
 * Runs one domain as a process of its own, configured by the environment alone: as its own role of PostgreSQL, with its
 * contract for the other parts of the shop and its public routes. Besides those that it calls, it asks users who may come in.
 */
export const deploy = async <C extends Contract>(
  contract: C & { readonly name: Domain },
  { calls = [], cannotDoWithout = [], create, prepare, users }: Deployable<C>,
): Promise<void> => {
  const only = contract.name
  const place = { only, calls: users === undefined ? [...new Set<Domain>(['users', ...calls])] : calls }
  try {
    const config = readConfig(process.env, place)
    const logger = createLogger({ level: config.LOG_LEVEL, service: `plinth-${only}` })
    const opening = openHost(config, logger, {
      place,
      cannotDoWithout,
      tell: line => logger.info(line),
      compose: ground => {
        const { far } = ground.neighbours
        const placed = here<C, DomainParts<C>>(contract, create({ ...ground, far }))
        return {
          domains: [placed],
          users: users === undefined ? far(usersContract) : users(placed.client),
          ...(prepare !== undefined && { prepare: () => prepare(placed.client, ground) }),
        }
      },
    })
    stopOnSignal(logger, opening)
    await opening
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
