import { connectPostgres } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import { createTransport } from 'nodemailer'
import type { Config } from './config.ts'
import { ConfigError } from './config.ts'
import type { Connections } from './connections.ts'
import { everywhere, isHere, type Place } from './place.ts'

/** Milliseconds that PostgreSQL may take to come up beside us, and the others to show themselves. */
const databaseMs = 10_000
const othersMs = 3_000
/** Before it is tried for the second time; twice as long before the next. What is there is so within a moment. */
const shortestMs = 5

/**
 * Tries everything the configuration names before the first request. Without PostgreSQL there is no shop.
 * Redis, RabbitMQ and SMTP may be away for a while: that is warned of; but one that is there and refuses
 * us will go on refusing, so that is a mistake in the configuration. Throws a {@link ConfigError} with all
 * there is to say.
 */
export const preflight = async (
  config: Config,
  connections: Connections,
  logger: Logger,
  place: Place = everywhere,
): Promise<void> => {
  const found = await Promise.all([
    tryDatabase(connections),
    config.DATABASE_READ_URL === undefined ? undefined : tryReplica(config.DATABASE_READ_URL, logger),
    config.REDIS_URL === undefined ? undefined : tryRedis(connections, logger),
    config.AMQP_URL === undefined ? undefined : tryBroker(connections, logger),
    config.SMTP_URL === undefined || !isHere(place, 'notifications', config)
      ? undefined
      : trySmtp(config.SMTP_URL, logger),
  ])
  const problems = found.filter(problem => problem !== undefined)
  if (problems.length > 0) throw new ConfigError(problems)
}

const tryDatabase = async ({ pool }: Connections): Promise<string | undefined> => {
  const giveUp = performance.now() + databaseMs
  for (let wait = shortestMs; ; wait *= 2) {
    try {
      await pool.ping()
      return undefined
    } catch (error) {
      if (performance.now() > giveUp || refused.test(reasonOf(error)))
        return `DATABASE_URL: there is no getting in: ${reasonOf(error)}`
      await pause(Math.min(wait, 250))
    }
  }
}

const tryReplica = async (url: string, logger: Logger): Promise<string | undefined> => {
  await using pool = connectPostgres({ url, max: 1, logger })
  try {
    await pool.ping()
    return undefined
  } catch (error) {
    if (refused.test(reasonOf(error))) return `DATABASE_READ_URL: there is no getting in: ${reasonOf(error)}`
    logger.warn({ err: error }, 'the read replica is not there yet: the primary is read')
    return undefined
  }
}

const tryRedis = async ({ redis }: Connections, logger: Logger): Promise<string | undefined> => {
  const giveUp = performance.now() + othersMs
  for (let wait = shortestMs; ; wait *= 2) {
    try {
      await redis?.ping()
      return undefined
    } catch (error) {
      if (/NOAUTH|WRONGPASS|NOPERM/.test(reasonOf(error)))
        return `REDIS_URL: Redis refuses us: ${reasonOf(error)}`
      if (performance.now() > giveUp) {
        logger.warn({ err: error }, 'Redis is not there yet: starting without it')
        return undefined
      }
      await pause(Math.min(wait, 100))
    }
  }
}

const tryBroker = async ({ broker }: Connections, logger: Logger): Promise<string | undefined> => {
  const giveUp = performance.now() + othersMs
  for (let wait = shortestMs; ; wait *= 2) {
    const status = broker.status()
    if (status.up) return undefined
    if (/ACCESS.REFUSED|NOT.ALLOWED|vhost/i.test(status.reason))
      return `AMQP_URL: RabbitMQ refuses us: ${status.reason}`
    if (performance.now() > giveUp) {
      logger.warn({ reason: status.reason }, 'RabbitMQ is not there yet: events wait in the outbox')
      return undefined
    }
    await pause(Math.min(wait, 50))
  }
}

const trySmtp = async (url: string, logger: Logger): Promise<string | undefined> => {
  const transport = createTransport(
    `${url}${url.includes('?') ? '&' : '?'}connectionTimeout=${othersMs}&greetingTimeout=${othersMs}&socketTimeout=${othersMs}`,
  )
  try {
    await transport.verify()
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAUTH')
      return `SMTP_URL: the server refuses us: ${reasonOf(error)}`
    logger.warn({ err: error }, 'the SMTP server is not there yet: mails wait')
    return undefined
  } finally {
    transport.close()
  }
}

/** What waiting does not mend: a wrong password, database or role. */
const refused = /password authentication|does not exist|no pg_hba/i

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error && error.cause.message !== '' ? reasonOf(error.cause) : error.message
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
