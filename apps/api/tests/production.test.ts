import { freePort } from '@plinth/embedded'
import { pageOf } from '@plinth/kernel'
import { order } from '@plinth/orders-contract'
import { describeWith, eventually } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import { type Ground, givenGround } from './given-shop.ts'
import { type HostProcess, startHost } from './host-process.ts'
import { mailOf } from './look-back.ts'
import { type Person, signInAdmin, signUp, signUpSeller } from './people.ts'
import { productionEnv } from './production-env.ts'
import { buy, cancel, checkout, offer, paymentComesTo, putIntoCart } from './shopping.ts'

describeWith('redis', 'in production, with Redis', redisUrl =>
  describeWith('rabbitmq', 'and RabbitMQ', amqpUrl => {
    let ground: Ground
    beforeAll(async () => {
      ground = await givenGround({ redisUrl, amqpUrl })
    })
    afterAll(() => ground?.[Symbol.asyncDispose]())

    describe('a host that is configured in full', () => {
      let host: HostProcess
      let seller: Person
      beforeAll(async () => {
        ground = { ...ground, env: { ...ground.env, ...productionEnv() } }
        host = await startHost(ground.env)
        seller = await signUpSeller(host.url, await signInAdmin(host.url), 'Loom and Thread')
      })
      afterAll(() => host?.[Symbol.asyncDispose]())

      test('sells, takes back and writes mails', async () => {
        const buyer = await signUp(host.url, 'Ada Moreau')
        await mailOf(ground, buyer, /^Welcome/)
        const bought = await buy(buyer, await offer(seller), 2)
        await mailOf(ground, buyer, new RegExp(`order ${bought.number}$`))
        await cancel(buyer, bought)
        await paymentComesTo(buyer, bought, 'refunded')
        await mailOf(ground, buyer, new RegExp(`refund for order ${bought.number}`))
      })

      test('shows neither mailbox nor metrics to the public', async () => {
        for (const path of ['/mailbox', '/metrics'])
          expect((await clientOf(host.url).get(path)).status).toBe(404)
      })

      test('finishes what it was asked before it stops, and what it could not finish is settled by the next', async () => {
        const buyers = await Promise.all([1, 2, 3].map(() => signUp(host.url, 'Late Buyer')))
        const wanted = await offer(seller)
        for (const buyer of buyers) await putIntoCart(buyer, wanted)
        const inFlight = buyers.map(async buyer => ({ buyer, answer: await checkout(buyer, 'tok_timeout') }))
        for (const buyer of buyers)
          await eventually(async () => {
            const { data } = (await buyer.get('/v1/orders')).expect(200, pageOf(order))
            expect(data).toMatchObject([{ status: 'pending_payment' }])
          })
        const ended = host.stop()
        const answered = await Promise.all(inFlight)
        expect((await ended).code).toBe(0)

        host = await startHost(ground.env)
        for (const { buyer, answer } of answered) {
          const { accessToken } = buyer
          await paymentComesTo(clientOf(host.url, accessToken), answer.expect(202, order), 'captured')
        }
      })
    })

    test('a host starts while Redis and RabbitMQ are away, says that it is degraded, and sells', async () => {
      const away = `127.0.0.1:${await freePort()}`
      const env = { ...ground.env, REDIS_URL: `redis://${away}`, AMQP_URL: `amqp://${away}` }
      await using host = await startHost(env)
      const seller = await signUpSeller(host.url, await signInAdmin(host.url), 'Loom and Thread')
      const ready = await clientOf(host.url).get('/health/ready')
      expect([ready.status, ready.json]).toEqual([
        200,
        { status: 'degraded', dependencies: { postgres: 'up', redis: 'down', rabbitmq: 'down' } },
      ])
      await buy(await signUp(host.url, 'Ada Moreau'), await offer(seller))
    })
  }),
)
