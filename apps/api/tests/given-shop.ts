import type { Domain } from '@plinth/host'
import {
  createTestDatabase,
  type MailSink,
  removeShopNames,
  serviceUrl,
  startMailSink,
  testNamespace,
} from '@plinth/testing'
import { givenHomes, installedDatabase } from './given-homes.ts'
import { dataFolder, type Env, type HostProcess, startHost } from './host-process.ts'
import { adminEnv, type Person, signInAdmin, signUpSeller } from './people.ts'
import { outside } from './topology.ts'

/** Services besides PostgreSQL that a shop is to use, by URL. */
export interface Backends {
  readonly redisUrl?: string
  readonly amqpUrl?: string
}

/** What a shop's hosts stand on, ready to start them: a database of its own, a mail sink, names nobody else uses. */
export interface Ground extends AsyncDisposable {
  readonly env: Env
  /** The api's, and that of all domains that have none of their own. */
  readonly databaseUrl: string
  /** Where a domain has its tables. */
  readonly databaseOf: (domain: Domain) => string
  readonly mails: MailSink
  /** What Redis keys and AMQP names of this shop begin with. */
  readonly namespace: string
}

/** A shop that is open, with an admin and a seller in it. */
export interface GivenShop extends Ground {
  readonly host: HostProcess
  readonly url: string
  readonly admin: Person
  readonly seller: Person
}

/** What gives each of the domains that this run has outside a database of its own; nothing where it has none outside. */
export const forHomesOfTheirOwn = (): Backends => {
  const amqpUrl = outside().length > 0 ? serviceUrl('rabbitmq') : undefined
  return amqpUrl === undefined ? {} : { amqpUrl }
}

/** Lays the ground of a shop, without starting it; `changes` are to its environment, `away` is what runs outside. */
export const givenGround = async (
  { redisUrl, amqpUrl }: Backends = {},
  changes: Env = {},
  away: readonly Domain[] = outside(),
): Promise<Ground> => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(
    away.length > 0 ? await installedDatabase() : await createTestDatabase({ name: 'shop' }),
  )
  // Who has a database of its own hears of events by RabbitMQ alone.
  const homes = stack.use(await givenHomes(database, away, { own: amqpUrl !== undefined }))
  const mails = stack.use(await startMailSink())
  const data = stack.use(await dataFolder())
  const namespace = testNamespace()
  if (amqpUrl !== undefined) stack.defer(() => removeShopNames(amqpUrl, namespace))
  const env = {
    ...adminEnv,
    DATABASE_URL: database.url,
    SMTP_URL: mails.url,
    DATA_DIR: data.path,
    // All hosts of all tests share the connections of one server.
    DATABASE_POOL_SIZE: '10',
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl, REDIS_PREFIX: `${namespace}:`.slice(-50) }),
    ...(amqpUrl !== undefined && { AMQP_URL: amqpUrl, AMQP_NAMESPACE: namespace }),
    ...homes.env,
    ...changes,
  }
  const kept = stack.move()
  return {
    env,
    databaseUrl: database.url,
    databaseOf: homes.databaseOf,
    mails,
    namespace,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Opens a shop; `changes` are to its environment. */
export const givenShop = async (backends: Backends = {}, changes: Env = {}): Promise<GivenShop> => {
  await using stack = new AsyncDisposableStack()
  const ground = stack.use(await givenGround(backends, changes))
  const host = stack.use(await startHost(ground.env))
  const admin = await signInAdmin(host.url)
  const seller = await signUpSeller(host.url, admin, 'Loom and Thread')
  const kept = stack.move()
  return {
    ...ground,
    host,
    url: host.url,
    admin,
    seller,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
