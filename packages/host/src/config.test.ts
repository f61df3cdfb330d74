import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'
import { generateKey } from './signing-keys.ts'

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://shop@db:5432/shop',
  REDIS_URL: 'redis://cache:6379',
  AMQP_URL: 'amqp://broker',
  SMTP_URL: 'smtp://mail:25',
  JWT_KEYS: JSON.stringify({ keys: [generateKey()] }),
  PAYMENT_PROVIDER: 'sandbox',
}

const problemsOf = (env: Record<string, string>) => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(each => each.split(':')[0])
    throw error
  }
}

describe('the configuration', () => {
  it('needs nothing outside production', () => {
    expect(readConfig({})).toMatchObject({
      production: false,
      PORT: 3000,
      STORE_CURRENCY: 'USD',
      RATE_LIMIT_PER_MINUTE: 600,
    })
  })

  it('keeps the audit for ever, or for so many days, of which thirty are the least', () => {
    const days = (text: string) => readConfig({ AUDIT_RETENTION_DAYS: text }).AUDIT_RETENTION_DAYS
    expect(readConfig({}).AUDIT_RETENTION_DAYS).toBeUndefined()
    expect([days('30'), days('3650')]).toEqual([30, 3650])
    for (const wrong of ['29', '0', '-31', '30.5', '1e3', '100000', 'ever'])
      expect({ wrong, problems: problemsOf({ AUDIT_RETENTION_DAYS: wrong }) }).toEqual({
        wrong,
        problems: ['AUDIT_RETENTION_DAYS'],
      })
  })

  it('is good in production when everything is named', () => {
    expect(readConfig(production)).toMatchObject({ production: true, PAYMENT_PROVIDER: 'sandbox' })
  })

  it('names everything that production misses, at once', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'AMQP_URL',
      'SMTP_URL',
      'JWT_KEYS',
      'PAYMENT_PROVIDER',
    ])
  })

  it('names everything that is missing and everything that is broken in one list', () => {
    const { REDIS_URL: _, ...rest } = production
    const broken = {
      ...rest,
      DATABASE_URL: 'nonsense',
      AMQP_URL: 'http://broker',
      JWT_KEYS: '{}',
      PORT: '70000',
      ADMIN_EMAIL: 'a@b.co',
    }
    expect(problemsOf(broken).sort()).toEqual([
      'ADMIN_PASSWORD',
      'AMQP_URL',
      'DATABASE_URL',
      'JWT_KEYS',
      'PORT',
      'REDIS_URL',
    ])
  })

  it('takes an empty variable for one that is not set', () => {
    expect(problemsOf({ ...production, SMTP_URL: '' })).toEqual(['SMTP_URL'])
    expect(readConfig({ PORT: '' }).PORT).toBe(3000)
  })

  it('wants the secrets of Stripe where Stripe is the provider', () => {
    expect(problemsOf({ PAYMENT_PROVIDER: 'stripe' })).toEqual(['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'])
  })

  it('takes no signing key that everybody knows, nor one in two halves of different keys', () => {
    const [one, other] = [generateKey(), generateKey()]
    const ofTheStandard = {
      kty: 'OKP',
      crv: 'Ed25519',
      alg: 'EdDSA',
      kid: 'rfc8037',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    }
    for (const key of [ofTheStandard, { ...one, d: other.d }, { ...one, d: 'AAAA' }])
      expect(problemsOf({ ...production, JWT_KEYS: JSON.stringify({ keys: [other, key] }) })).toEqual([
        'JWT_KEYS',
      ])
    const ofCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
    const keys = [{ ...ofCurve, alg: 'ES256', kid: 'curve' }, one]
    expect(problemsOf({ ...production, JWT_KEYS: JSON.stringify({ keys }) })).toEqual([])
  })

  it('trusts proxies by address or network, and not everybody', () => {
    expect(readConfig({ TRUST_PROXY: '10.0.0.0/8, ::1,loopback' }).TRUST_PROXY).toEqual([
      '10.0.0.0/8',
      '::1',
      'loopback',
    ])
    for (const wrong of ['true', '*', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/8/1', 'proxy.example'])
      expect(problemsOf({ TRUST_PROXY: wrong }), wrong).toEqual(['TRUST_PROXY'])
  })

  it('lets browsers call from origins by name, and not from everywhere', () => {
    const named = 'https://shop.example,http://localhost:5173'
    expect(readConfig({ CORS_ORIGINS: named }).CORS_ORIGINS).toEqual(named.split(','))
    for (const wrong of [
      '*',
      'null',
      'shop.example',
      'https://shop.example/',
      'https://*.example/x',
      'file:///a',
    ])
      expect(problemsOf({ CORS_ORIGINS: wrong }), wrong).toEqual(['CORS_ORIGINS'])
  })

  it('behind a pooler of transactions wants to know where the server itself is, and whose session it would be', () => {
    const pooled = { DATABASE_URL: 'postgres://pooler/shop', DATABASE_POOL_MODE: 'transaction' }
    expect(problemsOf(pooled)).toEqual(['DATABASE_DIRECT_URL'])
    expect(problemsOf({ ...pooled, DATABASE_DIRECT_URL: 'postgres://server/shop' })).toEqual([])
    expect(problemsOf({ DATABASE_POOL_MODE: 'statement' })).toEqual(['DATABASE_POOL_MODE'])
    const alone = { only: 'users', calls: [] } as const
    expect(() => readConfig({ ...pooled, DATABASE_DIRECT_URL: 'postgres://server/shop' }, alone)).toThrow(
      'its own role',
    )
  })

  it('never repeats a secret in what it complains of', () => {
    const message = (() => {
      try {
        return readConfig({ ...production, JWT_KEYS: 'very-secret', SANDBOX_WEBHOOK_SECRET: 'hush' })
      } catch (error) {
        return String(error)
      }
    })()
    expect(message).not.toMatch(/very-secret|hush/)
  })
})
