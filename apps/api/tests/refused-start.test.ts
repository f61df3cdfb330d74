import { describeWith } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedPassword } from '../src/seed/accounts.ts'
import { givenHomes, installedDatabase } from './given-homes.ts'
import { type Ground, givenGround } from './given-shop.ts'
import { type Env, runToEnd } from './host-process.ts'
import { productionEnv } from './production-env.ts'
import { refusingPostgres } from './refusing-postgres.ts'
import { homeVariable } from './topology.ts'

describe('a host that should not start', () => {
  let ground: Ground
  beforeAll(async () => {
    ground = await givenGround()
  })
  afterAll(() => ground?.[Symbol.asyncDispose]())

  test('names all that production misses in one list', async () => {
    const { code, named } = await start({ NODE_ENV: 'production' })
    expect(code).toBe(1)
    expect(named).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'AMQP_URL',
      'SMTP_URL',
      'JWT_KEYS',
      'PAYMENT_PROVIDER',
    ])
  })

  test.each([
    ['catalog', ['USERS_URL', 'SERVICE_KEYS']],
    ['users', ['JWT_KEYS', 'SERVICE_KEYS']],
    ['orders', ['PAYMENT_PROVIDER', 'USERS_URL', 'CART_URL', 'CATALOG_URL', 'PAYMENTS_URL', 'SERVICE_KEYS']],
  ])(
    '%s by itself names all that production misses, and nothing that it does not need',
    async (domain, own) => {
      const { code, named } = await start({ NODE_ENV: 'production' }, `../../${domain}/src/main.ts`)
      expect([code, named]).toEqual([1, ['DATABASE_URL', 'REDIS_URL', 'AMQP_URL', ...own]])
    },
  )

  test('a domain by itself does not come in as somebody who may not act as its role', async () => {
    await using database = await installedDatabase()
    await using homes = await givenHomes(database, ['cart'], { own: false })
    const env = {
      ...ground.env,
      DATABASE_URL: homes.env[homeVariable('cart')] ?? '',
      USERS_URL: 'http://127.0.0.1:1',
    }
    const { code, named, said } = await start(env, '../../catalog/src/main.ts')
    expect([code, named]).toEqual([1, ['DATABASE_URL']])
    expect(said).toContain('may not act as plinth_catalog')
  })

  test('names what is broken in the same list as what is missing, and no secret', async () => {
    const { code, named, said } = await start({
      NODE_ENV: 'production',
      DATABASE_URL: 'shop.db',
      REDIS_URL: 'http://cache',
      JWT_KEYS: 'very-secret',
      PAYMENT_PROVIDER: 'stripe',
      PORT: 'many',
      STORE_CURRENCY: 'dollars',
    })
    expect(code).toBe(1)
    expect(named.sort()).toEqual([
      'AMQP_URL',
      'DATABASE_URL',
      'JWT_KEYS',
      'PORT',
      'REDIS_URL',
      'SMTP_URL',
      'STORE_CURRENCY',
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET',
    ])
    expect(said).not.toContain('very-secret')
  })

  test('says so in a line when the password to the database is wrong, and does not repeat it', async () => {
    await using database = await refusingPostgres()
    const { code, named, said } = await start({ ...ground.env, DATABASE_URL: database.url })
    expect([code, named]).toEqual([1, ['DATABASE_URL']])
    expect(said).toContain('password authentication failed')
    expect(said).not.toContain('very-secret')
  })

  test('says so when there is no such database', async () => {
    const { code, named } = await start({ ...ground.env, DATABASE_URL: `${ground.databaseUrl}_not_there` })
    expect([code, named]).toEqual([1, ['DATABASE_URL']])
  })

  test('says so when its port is taken', async () => {
    const { hostname, port } = new URL(ground.mails.url)
    const { code, named } = await start({ ...ground.env, HOST: hostname, PORT: port })
    expect([code, named]).toEqual([1, ['PORT']])
  })

  test('says so when the password of the first admin is among those that everybody tries first', async () => {
    const { code, named, said } = await start({ ...ground.env, ADMIN_PASSWORD: 'password12345' })
    expect([code, named]).toEqual([1, ['ADMIN_PASSWORD']])
    expect(said).not.toContain('password12345')
  })

  test('does not take the password of the demo into production', async () => {
    const elsewhere = { REDIS_URL: 'redis://127.0.0.1:1', AMQP_URL: 'amqp://127.0.0.1:1' }
    const env = { ...ground.env, ...productionEnv(), ...elsewhere, ADMIN_PASSWORD: seedPassword }
    const { code, named } = await start(env)
    expect([code, named]).toEqual([1, ['ADMIN_PASSWORD']])
  })

  describeWith('redis', 'with Redis', redisUrl =>
    describeWith('rabbitmq', 'and RabbitMQ', amqpUrl => {
      test('names every service that refuses it at once', async () => {
        const { code, named } = await start({
          ...ground.env,
          ...productionEnv(),
          DATABASE_URL: `${ground.databaseUrl}_not_there`,
          REDIS_URL: withPassword(redisUrl),
          AMQP_URL: withPassword(amqpUrl),
        })
        expect([code, named]).toEqual([1, ['DATABASE_URL', 'REDIS_URL', 'AMQP_URL']])
      })
    }),
  )
})

/** Starts a host that is not let in: how it ended, what it said, and the variables that it named, one a line. */
const start = async (env: Env, entry = 'main.ts') => {
  const { code, stderr: said } = await runToEnd(entry, [], env)
  return { code, said, named: [...said.matchAll(/^ {2}- (\w+):/gm)].map(([, name]) => name) }
}

const withPassword = (url: string) => {
  const changed = new URL(url)
  changed.username = 'nobody'
  changed.password = 'very-secret'
  return changed.href
}
