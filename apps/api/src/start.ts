import type { AddressInfo } from 'node:net'
import {
  type Config,
  ConfigError,
  type Foundations,
  layFoundations,
  openConnections,
  preflight,
  startBackground,
  type Tell,
} from '@plinth/host'
import { contextOf, service, ValidationFailed } from '@plinth/kernel'
import type { ProviderSettings } from '@plinth/payments'
import { migrate } from '@plinth/postgres'
import { createMetrics, type Logger } from '@plinth/telemetry'
import { compose, migrationsFor, type Shop } from './compose.ts'
import { createFace } from './gateway.ts'
import { serveMailbox } from './mailbox-page.ts'
import { seedPassword } from './seed/accounts.ts'

/** A shop that is open. */
export interface OpenShop extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string
  readonly config: Config
  readonly shop: Shop
  readonly foundations: Foundations
}

/** What else to do on the way. */
export interface StartOptions {
  /** Hears of steps that take a while. */
  readonly tell?: Tell
  /** What has to be there before the first request: a seed, say. */
  readonly beforeOpening?: (shop: Shop) => Promise<void>
  /** A payment provider of the deployable's own, in place of the one that is configured. */
  readonly provider?: ProviderSettings
}

/** Opens the shop: connects, migrates, listens. Rejects with a `ConfigError` when what is configured does not hold up. */
export const start = async (
  config: Config,
  logger: Logger,
  { tell = () => undefined, beforeOpening, provider }: StartOptions = {},
): Promise<OpenShop> => {
  if (config.production && config.ADMIN_PASSWORD === seedPassword)
    throw new ConfigError(['ADMIN_PASSWORD: is the one of the demo, which everybody knows'])
  const metrics = createMetrics()
  let stopping = false
  await using stack = new AsyncDisposableStack()
  const foundations = stack.use(await layFoundations(config, tell))
  const connections = stack.use(
    openConnections(config, { databaseUrl: foundations.databaseUrl, logger, metrics }),
  )
  await preflight(config, connections, logger)

  const publicUrl = config.PUBLIC_URL ?? `http://${hostInUrl(config.HOST)}:${config.PORT}`
  const shop = compose({ config, foundations, connections, logger, metrics, publicUrl, provider })
  await migrate({ pool: connections.pool, migrations: migrationsFor(shop), logger })
  await ensureAdmin(config, shop, logger)
  await shop.users.operations.noteKeys(contextOf(service('host')), {})
  await shop.standing.learn()
  await beforeOpening?.(shop)

  const { app, jobs } = await createFace({
    config,
    connections,
    shop,
    logger,
    metrics,
    publicUrl,
    isStopping: () => stopping,
  })
  if (foundations.mailbox !== undefined) serveMailbox(app, foundations.mailbox)

  const atWork: AsyncDisposable[] = [{ [Symbol.asyncDispose]: () => app.close() }]
  // First nobody begins anything new, then what they stand on ends. Requests, jobs and events may each take
  // five seconds for what they have in hand, so they do it at once.
  stack.defer(async () => {
    stopping = true
    const ends = await Promise.allSettled(atWork.map(each => each[Symbol.asyncDispose]()))
    const failures = ends.flatMap(end => (end.status === 'rejected' ? [end.reason] : []))
    if (failures.length > 0) throw new AggregateError(failures, 'not everything ended in order')
  })
  const background = startBackground({
    ...connections,
    consumers: shop.consumers,
    jobs: [...shop.jobs, ...jobs],
    logger,
    metrics,
  })
  atWork.push(background)
  // Who takes an event is to be known before it is published. That the queues stand saves it a second try; a broker
  // that is away is not waited for.
  await background.bound
  await Promise.race([background.ready, new Promise(resolve => setTimeout(resolve, 2000).unref())])
  atWork.push(shop.deadLetters.start(), shop.relay.start())
  await app.listen({ host: config.HOST, port: config.PORT }).catch(refuseAddress)
  const url = `http://${hostInUrl(config.HOST)}:${portOf(app.server.address())}`
  logger.info({ url }, `listening at ${url}`)
  const running = stack.move()
  return { url, config, shop, foundations, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const ensureAdmin = async (
  { ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Config,
  shop: Shop,
  logger: Logger,
) => {
  if (email === undefined || password === undefined) return
  const { created } = await shop.users.operations
    .ensureAdmin(contextOf(service('host')), { email, password, name: 'Admin', onlyIfNone: true })
    .catch(refuseCommon)
  if (created) logger.info('the first admin was created')
}

/** A password that attackers try first is a mistake in the configuration. */
const refuseCommon = (error: unknown): never => {
  if (!ValidationFailed.is(error)) throw error
  throw new ConfigError(['ADMIN_PASSWORD: is one of the passwords that everybody tries first'])
}

/** An address that cannot be had is a mistake in the configuration, or somebody else's there. */
const refuseAddress = (error: unknown): never => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') throw new ConfigError(['PORT: somebody listens there already'])
  if (code === 'EACCES') throw new ConfigError(['PORT: we are not allowed to listen there'])
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    throw new ConfigError(['HOST: there is no such address here'])
  throw error
}

const hostInUrl = (host: string) =>
  host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0
