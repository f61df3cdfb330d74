import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabaseOn, type MailSink, removeKeys, removeShopNames, startMailSink } from '@plinth/testing'
import postgres from 'postgres'
import { createHistory, type History } from './history.ts'
import { adminEnv, type Person, type Street, signInAdmin, signUpSeller } from './people.ts'
import type { Env } from './process.ts'
import { type Provider, startProvider } from './provider.ts'
import { createServerProcess, portFor, readyWithin, type ServerProcess } from './server-process.ts'
import { type Tap, tapEvents } from './tap.ts'

/** What a shop depends on. */
export type Dependency = 'postgres' | 'redis' | 'rabbitmq' | 'smtp' | 'provider'

/** Domains that can run as deployables of their own. */
export const domains = ['users', 'catalog', 'cart', 'orders', 'payments', 'notifications'] as const

/** See {@link domains}. */
export type Domain = (typeof domains)[number]

/** What stands between a shop and one dependency: its URL is where the shop goes. */
export interface Between extends AsyncDisposable {
  readonly url: string
}

/** What a world is made of. */
export interface WorldOptions<Proxy extends Between> {
  /** Where the services are, by URL, PostgreSQL as a superuser. The world takes of each only what is its own. */
  readonly services: { readonly postgres: string; readonly redis: string; readonly rabbitmq: string }
  /** Starts what is to stand before a dependency: `(_, url) => startFaultProxy(url)`, say. */
  readonly between: (dependency: Dependency, url: string) => Promise<Proxy>
  /** Hosts of the shop; one unless given. */
  readonly replicas?: number
  /** Domains that are outside: each as a deployable of its own, beside the hosts. */
  readonly outside?: readonly Domain[]
  /** More environment variables for the hosts. */
  readonly env?: Env
}

/**
 * A shop of real processes, with an admin and a seller in it, and everything that can say from outside what
 * happened: the provider's journal, the mail sink, a tap on the exchange, what clients were told. The world
 * itself looks past the proxies.
 */
export interface World<Proxy extends Between = Between> extends AsyncDisposable {
  readonly replicas: readonly [ServerProcess, ...ServerProcess[]]
  /** The replicas, and the deployables of domains that are outside. */
  readonly hosts: readonly ServerProcess[]
  readonly proxies: Readonly<Record<Dependency, Proxy>>
  readonly provider: Provider
  readonly mails: MailSink
  readonly tap: Tap
  readonly history: History
  /** PostgreSQL itself, as a superuser. */
  readonly databaseUrl: string
  readonly sql: postgres.Sql
  /** For clients: each try goes to the next replica that is running. */
  readonly street: Street
  readonly admin: Person
  readonly seller: Person
  /** Logs of all processes and the provider's journal. */
  readonly folder: string
  /** Leaves the folder behind, for who looks into what went wrong. */
  readonly keepFolder: () => void
}

const mainOf = (app: 'api' | Domain) => join(import.meta.dirname, '..', '..', app, 'src', 'main.ts')
const urlVariable = (domain: Domain) => `${domain.toUpperCase()}_URL`

/** Opens a world: all its replicas run. */
export const openWorld = async <Proxy extends Between>(
  options: WorldOptions<Proxy>,
): Promise<World<Proxy>> => {
  const { services, replicas: count = 1, outside = [] } = options
  await using stack = new AsyncDisposableStack()
  const name = `plinth_chaos_${randomBytes(5).toString('hex')}`
  const { folder, keepFolder } = stack.use(await openFolder())
  const database = stack.use(await createDatabaseOn(services.postgres, name))
  stack.defer(() => removeKeys(services.redis, name))
  stack.defer(() => removeShopNames(services.rabbitmq, name))
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined })
  stack.defer(() => sql.end({ timeout: 5 }))
  const mails = stack.use(await startMailSink())
  const provider = stack.use(await startProvider(folder))

  const place = async (dependency: Dependency, url: string) =>
    stack.use(await options.between(dependency, url))
  const proxies = {
    postgres: await place('postgres', database.url),
    redis: await place('redis', services.redis),
    rabbitmq: await place('rabbitmq', services.rabbitmq),
    smtp: await place('smtp', mails.url),
    provider: await place('provider', provider.url),
  }
  const env = {
    ...adminEnv,
    DATABASE_URL: proxies.postgres.url,
    // All hosts of all worlds share the connections of one server.
    DATABASE_POOL_SIZE: '10',
    REDIS_URL: proxies.redis.url,
    REDIS_PREFIX: `${name}:`,
    AMQP_URL: proxies.rabbitmq.url,
    AMQP_NAMESPACE: name,
    SMTP_URL: proxies.smtp.url,
    SANDBOX_URL: proxies.provider.url,
    DATA_DIR: join(folder, 'data'),
    ...options.env,
  }
  const innerPort = await portFor('the inside of replica-1')
  const parts = new Map<Domain, ServerProcess>()
  const urlsOf = (which: readonly Domain[]): Env =>
    Object.fromEntries(
      which.map(domain => [urlVariable(domain), parts.get(domain)?.url ?? `http://127.0.0.1:${innerPort}`]),
    )
  for (const domain of outside) {
    // The others are asked for when it starts: by then each has its address.
    const itsEnv = () => ({ ...env, DATABASE_POOL_SIZE: '3', ...urlsOf(domains) })
    const part = await createServerProcess(domain, { entry: mainOf(domain), env: itsEnv, folder })
    parts.set(domain, stack.use(part))
  }
  const make = async (n: number) => {
    // Who is outside reaches the domains inside at the first.
    const inner = n === 1 && outside.length > 0 ? { INTERNAL_PORT: String(innerPort) } : {}
    const its = { ...env, ...inner, ...urlsOf(outside) }
    const replica = await createServerProcess(`replica-${n}`, {
      entry: mainOf('api'),
      env: () => its,
      folder,
    })
    return stack.use(replica)
  }
  const replicas: [ServerProcess, ...ServerProcess[]] = [await make(1)]
  for (let n = 2; n <= count; n += 1) replicas.push(await make(n))
  const hosts = [...replicas, ...parts.values()]
  // One by one: the first makes the tables and the keys.
  for (const host of hosts) await host.start()
  if (outside.length > 0) await Promise.all(hosts.map(host => readyWithin(host, 60_000)))

  const history = createHistory()
  const street = { history, url: inTurn(replicas) }
  const admin = await signInAdmin(street)
  const seller = await signUpSeller(street, admin, 'Loom')
  const tap = stack.use(await tapEvents(services.rabbitmq, name))
  const kept = stack.move()
  return {
    ...{
      replicas,
      hosts,
      proxies,
      provider,
      mails,
      tap,
      history,
      sql,
      street,
      admin,
      seller,
      folder,
      keepFolder,
    },
    databaseUrl: database.url,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Where none runs, a client knocks at the first. */
const inTurn = (replicas: readonly [ServerProcess, ...ServerProcess[]]) => {
  let turn = 0
  return () => {
    const running = replicas.filter(replica => replica.state() !== 'down')
    turn += 1
    return (running[turn % running.length] ?? replicas[0]).url
  }
}

const openFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-chaos-'))
  let kept = false
  return {
    folder,
    keepFolder: () => {
      kept = true
    },
    async [Symbol.asyncDispose]() {
      if (!kept) await rm(folder, { recursive: true, force: true })
    },
  }
}
