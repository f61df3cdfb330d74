import { randomBytes } from 'node:crypto'
import { startSmtpReceiver } from '@plinth/embedded'
import { removeKeys, removeShopNames, startPrivatePostgres } from '@plinth/testing'
import { describeService, startTestServices } from '@plinth/testing/setup'
import postgres from 'postgres'

/** What both sides of the benchmark stand on. */
export interface Services extends AsyncDisposable {
  /** A database of its own, dropped in the end. */
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly amqpUrl: string
  readonly smtpUrl: string
  /** What shops name their keys and queues with; what is named so is removed in the end. */
  readonly namespace: string
}

/**
 * PostgreSQL, Redis and RabbitMQ, found as the tests find them: by `TEST_DATABASE_URL`, `TEST_REDIS_URL` and
 * `TEST_AMQP_URL`, or else started for the run, PostgreSQL with the settings of production; and a mail server that takes
 * everything.
 */
export const startServices = async (tell: (line: string) => void): Promise<Services> => {
  await using stack = new AsyncDisposableStack()
  const { found } = stack.use(await startTestServices(besides, { required: true }))
  const urlOf = (name: (typeof besides)[number]) => {
    const service = found[name]
    if (service === undefined || service.origin === 'absent') throw new Error(`${name} is missing`)
    tell(describeService(name, service))
    return service.url
  }
  const server =
    process.env.TEST_DATABASE_URL || stack.use(await startPrivatePostgres({ asInProduction: true })).url
  await tellOfPostgres(server, tell)
  const name = `plinth_bench_${randomBytes(4).toString('hex')}`
  await runOn(server, `create database ${name}`)
  stack.defer(() => runOn(server, `drop database if exists ${name} with (force)`))
  const databaseUrl = new URL(server)
  databaseUrl.pathname = `/${name}`
  const [redisUrl, amqpUrl] = [urlOf('redis'), urlOf('rabbitmq')]
  const namespace = `plinth-bench-${process.pid}`
  stack.defer(() => removeShopNames(amqpUrl, namespace))
  stack.defer(() => removeKeys(redisUrl, `${namespace}:`))
  const mails = stack.use(await startSmtpReceiver({ onMail: async () => undefined }))
  const running = stack.move()
  return {
    databaseUrl: databaseUrl.href,
    redisUrl,
    amqpUrl,
    smtpUrl: mails.smtpUrl,
    namespace,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const besides = ['redis', 'rabbitmq'] as const

/** What a commit costs depends on it, so it is said; figures of a server that does not write to the disk mean nothing. */
const tellOfPostgres = async (url: string, tell: (line: string) => void) => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const [is] = await sql<{ version: string; fsync: string; autovacuum: string }[]>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
           current_setting('autovacuum') as autovacuum`
  await sql.end()
  if (is?.fsync !== 'on')
    throw new Error('PostgreSQL has fsync off: there is nothing to learn from its figures')
  tell(`PostgreSQL ${is.version}, fsync ${is.fsync}, autovacuum ${is.autovacuum}`)
}

const runOn = async (url: string, statement: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  await sql.unsafe(statement)
  await sql.end()
}
