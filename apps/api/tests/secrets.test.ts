import { freePort } from '@plinth/embedded'
import { generateKey } from '@plinth/host'
import { startTraceCollector } from '@plinth/testing'
import { tokens } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import { tokenIn } from './fuzz/mailed-tokens.ts'
import { type Ground, givenGround } from './given-shop.ts'
import { startHost } from './host-process.ts'
import { mailOf } from './look-back.ts'
import { password, signInAdmin, signUp, signUpSeller } from './people.ts'
import { buy, cancel, checkoutWith, offer, paymentComesTo, putIntoCart } from './shopping.ts'

const street = '17 Nightingale Passage'
const newPassword = 'an even longer and quieter evening'
const webhookSecret = `whsec_${Buffer.from('a secret of the sandbox for this test').toString('base64')}`
const ofServices = ['pw-of-redis', 'pw-of-rabbitmq', 'pw-of-smtp']

describe('what is secret', () => {
  let ground: Ground
  /** All that two hosts wrote, at the most talkative level. */
  let logs: string
  /** All that they sent to the collector of traces. */
  let traces: string
  /** What people typed or were given, which nobody else is to read; tokens of mails apart, which mails have to hold. */
  let secrets: string[]
  let mailed: string[]

  beforeAll(async () => {
    const key = generateKey()
    await using collector = await startTraceCollector()
    ground = await givenGround(
      {},
      {
        LOG_LEVEL: 'trace',
        JWT_KEYS: JSON.stringify({ keys: [key] }),
        SANDBOX_WEBHOOK_SECRET: webhookSecret,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      },
    )
    // A server that asks for a password has its own; one that does not takes any.
    const ofPostgres = new URL(ground.databaseUrl).password || 'pw-of-postgres'
    const env = { ...ground.env, DATABASE_URL: withPassword(ground.databaseUrl, ofPostgres) }
    await using host = await startHost(env)
    const used = await useAll(host.url, ground)
    await host.stop()
    const away = await portsAway()
    await using alone = await startHost({ ...env, ...away })
    await failing(alone.url)
    await alone.stop()
    logs = host.output() + alone.output()
    traces = collector.texts().join('\n')
    mailed = used.mailed
    secrets = [...used.secrets, key.d, webhookSecret, ofPostgres, ...ofServices]
  })
  afterAll(() => ground?.[Symbol.asyncDispose]())

  test('is in no log line at all, though every request is', () => {
    for (const path of ['/v1/checkout', '/v1/auth/login', '/v1/auth/password/reset', '/v1/auth/refresh'])
      expect(logs).toContain(path)
    const shown = [...secrets, ...mailed, street].filter(secret => logs.includes(secret))
    expect(shown).toEqual([])
  })

  test('is in no trace, though every request is', () => {
    for (const path of ['/v1/checkout', '/v1/auth/login', '/v1/auth/password/reset', '/v1/auth/refresh'])
      expect(traces).toContain(path)
    expect(traces).toContain('transaction orders')
    expect([...secrets, ...mailed, street].filter(secret => traces.includes(secret))).toEqual([])
  })

  test('is in no mail but for the token that it is about', () => {
    const text = JSON.stringify(ground.mails.mails())
    for (const token of mailed) expect(text).toContain(token)
    expect(secrets.filter(secret => text.includes(secret))).toEqual([])
  })
})

/** Everything that has to do with secrets, done and done wrong; gives all of them. */
const useAll = async (url: string, ground: Ground) => {
  const admin = await signInAdmin(url)
  const seller = await signUpSeller(url, admin, 'Loom and Thread')
  const buyer = await signUp(url, 'Ada Moreau')
  const anybody = clientOf(url)
  const { email } = buyer
  const verification = tokenIn(await mailOf(ground, buyer, /^Welcome/))
  expect((await anybody.post('/v1/auth/email/verify', { token: verification })).status).toBe(204)

  const first = (await anybody.post('/v1/auth/login', { email, password })).expect(200, tokens)
  const second = await anybody.post('/v1/auth/refresh', { refreshToken: first.refreshToken })
  const { accessToken, refreshToken } = second.expect(200, tokens)
  for (const wrong of [first.refreshToken, 'a-refresh-token-of-nobody'])
    expect((await anybody.post('/v1/auth/refresh', { refreshToken: wrong })).status).toBe(401)
  await anybody.post('/v1/auth/login', { email, password: 'a wrong one altogether' })
  await anybody.post('/v1/auth/login', `{"email":"${email}","password":"a broken one altogether`)
  await clientOf(url, `${accessToken}x`).get('/v1/users/me')
  await anybody.get(`/v1/products?q=${accessToken}&token=${refreshToken}`)

  await anybody.post('/v1/auth/password/forgot', { email })
  const reset = tokenIn(await mailOf(ground, buyer, /password/i))
  const before = await signedInAs(url, email)
  const wanted = await offer(seller)
  const order = await buy(buyer, wanted)
  await putIntoCart(buyer, wanted)
  for (const token of ['tok_declined', 'tok_timeout', 'tok_nightingale']) {
    const { shippingAddress, payment } = checkoutWith(token)
    const body = { shippingAddress: { ...shippingAddress, line1: street }, payment }
    await buyer.post('/v1/checkout', body, { key: token })
    await buyer.post('/v1/checkout', { ...body, extra: token }, { key: `${token}-broken` })
    await putIntoCart(buyer, wanted)
  }
  await paymentComesTo(buyer, await cancel(buyer, order), 'refunded')
  expect(
    (await anybody.post('/v1/auth/password/reset', { token: reset, password: newPassword })).status,
  ).toBe(204)
  await anybody.post('/v1/auth/password/reset', { token: reset, password: newPassword })
  return {
    secrets: [
      password,
      newPassword,
      'a wrong one altogether',
      'a broken one altogether',
      'a-refresh-token-of-nobody',
      ...[admin, seller, buyer, first, before].map(each => each.accessToken),
      accessToken,
      refreshToken,
      first.refreshToken,
      'tok_approved',
      'tok_declined',
      'tok_timeout',
      'tok_nightingale',
    ],
    mailed: [verification, reset],
  }
}

/** What a host has to say while all but PostgreSQL is away. */
const failing = async (url: string) => {
  const buyer = await signUp(url, 'Grace Holloway')
  await clientOf(url).post('/v1/auth/password/forgot', { email: buyer.email })
}

const signedInAs = async (url: string, email: string) =>
  (await clientOf(url).post('/v1/auth/login', { email, password })).expect(200, tokens)

const portsAway = async () => {
  const address = `127.0.0.1:${await freePort()}`
  return {
    REDIS_URL: `redis://shop:pw-of-redis@${address}`,
    AMQP_URL: `amqp://shop:pw-of-rabbitmq@${address}`,
    SMTP_URL: `smtp://shop:pw-of-smtp@${address}`,
  }
}

const withPassword = (url: string, secret: string): string => {
  const changed = new URL(url)
  changed.password = secret
  return changed.href
}
