import { startPrivatePostgres } from './private-postgres.ts'
import { startPrivateRabbitmq } from './private-rabbitmq.ts'
import { startPrivateRedis } from './private-redis.ts'
import type { PrivateService } from './private-service.ts'

/** What tests may ask for. */
export type ServiceName = 'postgres' | 'redis' | 'rabbitmq'

/** Every service there is, in the order they are spoken of. */
export const serviceNames = ['postgres', 'redis', 'rabbitmq'] as const satisfies readonly ServiceName[]

/** One service of a run: where it is and whose it is, or that there is none and why. */
export type Service =
  | { origin: 'url' | 'embedded' | 'private'; url: string }
  | { origin: 'absent'; why: string }

/** The services a run asked for. Disposing ends those that were started for it. */
export type TestServices = AsyncDisposable & {
  readonly found: Readonly<Partial<Record<ServiceName, Service>>>
}

/** What each service is called, the variable that names one, and how one is started. */
export const serviceKinds: Record<ServiceName, ServiceKind> = {
  postgres: {
    title: 'PostgreSQL',
    variable: 'TEST_DATABASE_URL',
    origin: 'embedded',
    start: startPrivatePostgres,
  },
  redis: {
    title: 'Redis',
    variable: 'TEST_REDIS_URL',
    origin: 'private',
    program: 'redis-server',
    start: startPrivateRedis,
  },
  rabbitmq: {
    title: 'RabbitMQ',
    variable: 'TEST_AMQP_URL',
    origin: 'private',
    program: 'rabbitmq-server',
    start: startPrivateRabbitmq,
  },
}

type ServiceKind = {
  title: string
  variable: string
  origin: 'embedded' | 'private'
  program?: string
  start: () => Promise<PrivateService | undefined>
}

/**
 * Finds each wanted service: what its variable names, else an instance started for this run, else none.
 * The value `none` in a variable means none. With `required` (CI) a missing one is an error.
 */
export async function startTestServices(
  wanted: readonly ServiceName[],
  { required = process.env.CI === 'true' }: { required?: boolean } = {},
): Promise<TestServices> {
  const started: PrivateService[] = []
  const dispose = async () =>
    void (await Promise.allSettled(started.map(service => service[Symbol.asyncDispose]())))
  const settled = await Promise.allSettled(
    wanted.map(async name => [name, await find(name, started)] as const),
  )
  const broken = settled.flatMap(result => (result.status === 'rejected' ? [String(result.reason)] : []))
  const found: TestServices['found'] = Object.fromEntries(
    settled.flatMap(result => (result.status === 'fulfilled' ? [result.value] : [])),
  )
  const missing = wanted.flatMap(name => {
    const service = found[name]
    return service?.origin === 'absent' ? [`${serviceKinds[name].title} is missing: ${service.why}`] : []
  })
  const problems = [...broken, ...(required ? missing : [])]
  if (problems.length > 0) {
    await dispose()
    throw new Error(problems.join('\n'))
  }
  return { found, [Symbol.asyncDispose]: dispose }
}

/** One line on a service: `Redis: private, redis://127.0.0.1:39021`. Passwords are left out. */
export function describeService(name: ServiceName, service: Service): string {
  const { title } = serviceKinds[name]
  if (service.origin === 'absent') return `${title}: absent, its tests are left out (${service.why})`
  const address = service.url.replace(/:[^:@/]*@/, '@')
  return `${title}: ${service.origin === 'url' ? `from ${serviceKinds[name].variable}` : service.origin}, ${address}`
}

async function find(name: ServiceName, started: PrivateService[]): Promise<Service> {
  const kind = serviceKinds[name]
  const named = process.env[kind.variable]
  if (named === 'none') return { origin: 'absent', why: `${kind.variable}=none` }
  if (named) return { origin: 'url', url: named }
  const service = await kind.start()
  if (!service) {
    return { origin: 'absent', why: `set ${kind.variable}, or put ${kind.program ?? kind.title} on the PATH` }
  }
  started.push(service)
  return { origin: kind.origin, url: service.url }
}
