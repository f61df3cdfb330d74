import { setTimeout as pause } from 'node:timers/promises'
import { describeWith, startFaultProxy } from '@plinth/testing'
import { expect, test } from 'vitest'
import { clientOf } from './client.ts'
import { faults } from './fault-run.ts'
import { type FaultShop, givenFaultShop } from './fault-shop.ts'
import { type Person, signUp } from './people.ts'
import { checkout } from './shopping.ts'

/** Seconds of the outage; unless the variable is set there is none, since it says something only when it is long. */
const seconds = Number(process.env.OUTAGE_SECONDS ?? 0)
/** What a host may grow by in ten minutes. */
const mostMiB = 100

describeWith('redis', 'memory in an outage, with Redis', redisUrl =>
  describeWith('rabbitmq', 'and RabbitMQ', amqpUrl => {
    for (const [away, variable] of [
      ['Redis, RabbitMQ and SMTP', 'SMTP_URL'],
      ['PostgreSQL', 'DATABASE_URL'],
    ] as const) {
      for (const fault of faults) {
        test.skipIf(seconds === 0)(
          `in an outage of ${away} (${fault}) a host grows by ${mostMiB} MiB at most, though people go on`,
          { timeout: (seconds + 240) * 1000 },
          async () => {
            await using redis = await startFaultProxy(redisUrl)
            await using rabbitmq = await startFaultProxy(amqpUrl)
            await using shop = await givenFaultShop(variable, { redisUrl: redis.url, amqpUrl: rabbitmq.url })
            const gone = variable === 'SMTP_URL' ? [shop.proxy, redis, rabbitmq] : [shop.proxy]
            const buyers = await Promise.all(
              Array.from({ length: 10 }, () => signUp(shop.url, 'Steady Buyer')),
            )

            // What a host takes when it warms up is not of the outage.
            const before = await highestDuring(shop, buyers, 40)
            for (const proxy of gone) await proxy[fault]()
            const after = await highestDuring(shop, buyers, seconds)
            for (const proxy of gone) await proxy.up()

            const grown = Math.round(after.miB - before.miB)
            process.stderr.write(
              `${away} ${fault}: ${seconds} s, ${after.asked} asked, ${after.bought} bought, from ${Math.round(before.miB)} MiB by ${grown} MiB\n`,
            )
            expect(after.asked).toBeGreaterThan(seconds)
            expect(grown).toBeLessThan(mostMiB)
          },
        )
      }
    }
  }),
)

/** The most memory that the host had while everybody tried to buy something once a second, and how that went. */
const highestDuring = async (shop: FaultShop, buyers: readonly Person[], forSeconds: number) => {
  const until = performance.now() + forSeconds * 1000
  let [asked, bought, miB] = [0, 0, 0]
  const buy = async (buyer: Person) => {
    const visitor = clientOf(shop.url)
    while (performance.now() < until) {
      const next = pause(1000)
      await visitor.get('/v1/products')
      await visitor.get(`/v1/products/${shop.wanted.product.id}`)
      await buyer.post('/v1/cart/items', { variantId: shop.wanted.variant.id, quantity: 1 })
      bought += (await checkout(buyer)).status === 201 ? 1 : 0
      asked += 4
      await next
    }
  }
  const watch = async () => {
    while (performance.now() < until) {
      await pause(1000)
      miB = Math.max(miB, await residentMiB(shop))
    }
  }
  await Promise.all([...buyers.map(buy), watch()])
  return { asked, bought, miB }
}

const residentMiB = async ({ url }: FaultShop): Promise<number> => {
  const { text } = await clientOf(url).get('/metrics')
  const bytes = /^\w*process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]
  if (bytes === undefined) throw new Error('the host does not tell how much memory it has')
  return Number(bytes) / 2 ** 20
}
