import type { AuditTrail } from '@plinth/audit'
import { gatewayMigrations } from '@plinth/http'
import { type Client, contextOf, service } from '@plinth/kernel'
import { createRelay, messagingMigrations, type Relay } from '@plinth/messaging'
import { type Migrations, migrate } from '@plinth/postgres'
import { createMetrics, type Logger } from '@plinth/telemetry'
import type { UsersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import type { AccessStanding } from './access-standing.ts'
import { listenAt } from './address.ts'
import type { ForwardedDomain, HostedDomain } from './composition.ts'
import type { Config } from './config.ts'
import { openConnections } from './connections.ts'
import { createEndings } from './endings.ts'
import { createInternalFace, createPublicFace, type FaceOptions } from './face.ts'
import { type Ground, layGround } from './ground.ts'
import { startBackground } from './lifecycle.ts'
import { assertRoles } from './own-role.ts'
import { everywhere, type Place } from './place.ts'
import { preflight } from './preflight.ts'
import { openSpans } from './spans.ts'
import { type Foundations, layFoundations, type Tell } from './substitutes.ts'
import { exposedBy } from './wire/exposed.ts'

/** The domains of a host, and what else there is in it. */
export interface Composition {
  readonly domains: readonly (HostedDomain | ForwardedDomain)[]
  readonly users: Client<UsersContract, 'getKeys' | 'listAccessChanges'>
  /** What has to be done before the first request, once the database is up to date. */
  readonly prepare?: () => Promise<void>
  /** Audits besides those of the domains. */
  readonly trails?: readonly AuditTrail[]
  /** What runs besides the jobs and consumers of the domains. */
  readonly alsoRuns?: readonly Pick<Relay, 'start'>[]
  /** Routes besides those of the domains. */
  readonly serve?: (app: FastifyInstance) => void | Promise<void>
}

/** How to open a host. */
export interface OpenOptions<Composed extends Composition> {
  readonly compose: (ground: Ground) => Composed
  readonly place?: Place
  /** Domains that nothing here works without: it is not ready while they are away. */
  readonly cannotDoWithout?: readonly string[]
  /** Hears of steps that take a while. */
  readonly tell?: Tell
  /** What has to be there before the first request: a seed, say. */
  readonly beforeOpening?: (composed: Composed) => Promise<void>
}

/** A host that is open. */
export interface OpenHost<Composed extends Composition> extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string
  readonly config: Config
  readonly foundations: Foundations
  readonly composed: Composed
}

/**
 * Opens a host: connects, composes, migrates, listens, and says where. Rejects with a `ConfigError` when what is
 * configured does not hold up.
 */
export const openHost = async <Composed extends Composition>(
  config: Config,
  logger: Logger,
  options: OpenOptions<Composed>,
): Promise<OpenHost<Composed>> => {
  const endings = createEndings()
  try {
    return await open(config, logger, options, endings)
  } catch (error) {
    await endings.end().catch((err: unknown) => logger.error({ err }, 'could not stop in order'))
    throw error
  }
}

const open = async <Composed extends Composition>(
  config: Config,
  logger: Logger,
  {
    compose,
    place = everywhere,
    cannotDoWithout = [],
    tell = () => undefined,
    beforeOpening,
  }: OpenOptions<Composed>,
  endings: ReturnType<typeof createEndings>,
): Promise<OpenHost<Composed>> => {
  const metrics = createMetrics()
  const foundations = endings.use(await layFoundations(config, tell, place))
  const spans = await openSpans(config, logger, place)
  if (spans !== undefined) endings.use(spans)
  const { databaseUrl } = foundations
  const connections = endings.use(openConnections(config, { databaseUrl, place, logger, metrics, spans }))
  await preflight(config, connections, logger, place)

  const ground = endings.use(
    layGround(config, {
      ...{ foundations, connections, place, logger, metrics, spans },
      listChanges: () => composed.users.listAccessChanges(contextOf(service('host')), {}),
    }),
  )
  const { pools, neighbours, standing } = ground
  const composed: Composed = compose(ground)
  const hosted = composed.domains.filter(domain => domain.where === 'here')
  await migrate({ pool: connections.pool, migrations: migrationsFor(composed), logger })
  await assertRoles(connections.pool, pools.roles)
  await composed.prepare?.()
  const consumers = hosted.flatMap(domain => domain.consumers)
  neighbours.audience.settle(consumers)
  await neighbours.greet()
  await learn(standing, hosted, logger)
  await beforeOpening?.(composed)

  let stopping = false
  const faces: FaceOptions = {
    ...{ config, connections, standing, logger, metrics, spans },
    pool: pools.gateway,
    users: composed.users,
    tokens: neighbours.tokens,
    needs: { neighbours: neighbours.all, required: cannotDoWithout, replica: pools.replica },
    isStopping: () => stopping,
  }
  const exposed = exposedBy(hosted, neighbours, logger)
  const { app, jobs } = await createPublicFace(faces, composed.domains, {
    // Where a whole shop is open to everybody, its own parts have a door of their own.
    inside: place.only === undefined ? undefined : exposed,
  })
  await composed.serve?.(app)
  const inner =
    place.only === undefined && config.INTERNAL_PORT !== undefined
      ? await createInternalFace(faces, exposed)
      : undefined

  const atWork: AsyncDisposable[] = [app, ...(inner === undefined ? [] : [inner])].map(face => ({
    [Symbol.asyncDispose]: () => face.close(),
  }))
  // First nobody begins anything new, then what they stand on ends. Requests, jobs and events may each take
  // five seconds for what they have in hand, so they do it at once.
  endings.defer(async () => {
    stopping = true
    const ends = await Promise.allSettled(atWork.map(each => each[Symbol.asyncDispose]()))
    const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'not everything ended in order')
  })
  const keepDays = config.AUDIT_RETENTION_DAYS
  const trails = [...hosted.flatMap(domain => domain.audits), ...(composed.trails ?? [])]
  const forgetting = keepDays === undefined ? [] : trails.map(trail => trail.forgetAfter(keepDays))
  const background = startBackground({
    ...{ pool: pools.domain, broker: connections.broker, logger, metrics, spans },
    consumers,
    jobs: [
      standing.job,
      ...hosted.flatMap(domain => domain.jobs),
      ...jobs,
      ...neighbours.jobs,
      ...forgetting,
    ],
  })
  atWork.push(background)
  if (inner !== undefined) {
    const url = await listenAt(inner, { host: config.INTERNAL_HOST, port: config.INTERNAL_PORT }, 'INTERNAL_')
    logger.info({ url }, `answers the other parts of the shop at ${url}`)
  }
  const relaying = async () => {
    // Who takes an event is to be known before it is published. That the queues stand saves it a second try; a broker
    // that is away is not waited for.
    await background.bound
    await Promise.race([background.ready, new Promise(resolve => setTimeout(resolve, 2000).unref())])
    const outboxes = hosted.flatMap(domain => domain.outboxes)
    const relay = createRelay({ outboxes, broker: connections.broker, logger, metrics })
    atWork.push(...[relay, ...(composed.alsoRuns ?? [])].map(each => each.start()))
  }
  const listening = async () => {
    const url = await listenAt(app, { host: config.HOST, port: config.PORT })
    logger.info({ url }, `listening at ${url}`)
    return url
  }
  // Events of requests that come meanwhile wait in their outboxes.
  const [url] = await Promise.all([listening(), relaying()])
  return { url, config, foundations, composed, [Symbol.asyncDispose]: endings.end }
}

/** The migrations of a host: of its broker and its gateway, and of the domains that are in it. */
export const migrationsFor = ({ domains }: Pick<Composition, 'domains'>): Migrations[] => [
  messagingMigrations,
  gatewayMigrations,
  ...domains.flatMap(domain => (domain.where === 'here' ? domain.migrations : [])),
]

/** Without users in the same process nobody with a token is let in until they have been asked; everybody else is. */
const learn = async (standing: AccessStanding, hosted: readonly HostedDomain[], logger: Logger) => {
  const asking = standing.learn()
  if (hosted.some(({ contract }) => contract.name === 'users')) return asking
  await asking.catch((err: unknown) => logger.warn({ err }, 'who may come in is not known yet'))
}
