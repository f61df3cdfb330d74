import { freePort } from '@plinth/embedded'
import { createLogger, silentLogger, silentMetrics } from '@plinth/telemetry'
import { createTestDatabase, startFaultProxy, startMailSink } from '@plinth/testing'
import { describe, expect, it } from 'vitest'
import { ConfigError, openConnections, preflight, readConfig } from '../src/index.ts'

const tryAll = async (env: Record<string, string>, logger = silentLogger) => {
  const config = readConfig(env)
  const databaseUrl = config.DATABASE_URL ?? ''
  await using connections = openConnections(config, { databaseUrl, logger, metrics: silentMetrics })
  await preflight(config, connections, logger)
}

const problemsOf = (trying: Promise<void>) =>
  trying.then(
    () => [],
    (error: unknown) => {
      if (error instanceof ConfigError) return error.problems
      throw error
    },
  )

describe('trying what is configured before the first request', () => {
  it('is content with a database alone', async () => {
    await using database = await createTestDatabase()
    expect(await problemsOf(tryAll({ DATABASE_URL: database.url }))).toEqual([])
  })

  it('waits for a database that comes up beside it', async () => {
    await using database = await createTestDatabase()
    await using proxy = await startFaultProxy(database.url)
    await proxy.down()
    const trying = tryAll({ DATABASE_URL: proxy.url })
    await proxy.up()
    expect(await problemsOf(trying)).toEqual([])
  })

  it('does not wait for a database that will never be there', async () => {
    await using database = await createTestDatabase()
    const problems = await problemsOf(tryAll({ DATABASE_URL: `${database.url}_not_there` }))
    expect(problems).toEqual([expect.stringMatching(/^DATABASE_URL: .*does not exist/)])
  })

  it('does not wait for a read replica, and refuses one that will never let us in', async () => {
    await using database = await createTestDatabase()
    const reading = (url: string) => tryAll({ DATABASE_URL: database.url, DATABASE_READ_URL: url })
    expect(await problemsOf(reading(`postgres://127.0.0.1:${await freePort()}/shop`))).toEqual([])
    expect(await problemsOf(reading(`${database.url}_not_there`))).toEqual([
      expect.stringMatching(/^DATABASE_READ_URL: .*does not exist/),
    ])
  })

  it('warns of what is away and may come back, and goes on', async () => {
    await using database = await createTestDatabase()
    const nowhere = `127.0.0.1:${await freePort()}`
    const written: string[] = []
    const logger = createLogger({
      level: 'warn',
      service: 'test',
      destination: { write: line => written.push(line) },
    })
    const away = {
      REDIS_URL: `redis://${nowhere}`,
      AMQP_URL: `amqp://${nowhere}`,
      SMTP_URL: `smtp://${nowhere}`,
    }
    expect(await problemsOf(tryAll({ DATABASE_URL: database.url, ...away }, logger))).toEqual([])
    for (const name of ['Redis', 'RabbitMQ', 'SMTP'])
      expect(written.join('')).toMatch(new RegExp(`${name}[^"]* is not there yet`))
  })

  it('finds an SMTP server that is there', async () => {
    await using database = await createTestDatabase()
    await using mails = await startMailSink()
    expect(await problemsOf(tryAll({ DATABASE_URL: database.url, SMTP_URL: mails.url }))).toEqual([])
  })
})
