import { describeWith, shopConsumers } from '@plinth/testing'
import { connect } from 'amqplib'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { givenShop } from './given-shop.ts'
import { journey } from './journey.ts'
import { tapEvents } from './tap.ts'

describeWith('redis', 'the journey, with Redis', redisUrl =>
  describeWith('rabbitmq', 'and RabbitMQ', amqpUrl => {
    const tapped = { types: () => new Set<string>() }
    const shop = journey(async () => {
      const opened = await givenShop({ redisUrl, amqpUrl })
      const tap = await tapEvents(amqpUrl, opened.namespace)
      tapped.types = tap.types
      return {
        ...opened,
        async [Symbol.asyncDispose]() {
          await tap[Symbol.asyncDispose]()
          await opened[Symbol.asyncDispose]()
        },
      }
    })

    test('each consumer has its queue in RabbitMQ, and the events came through it', async () => {
      const connection = await connect(amqpUrl)
      try {
        const channel = await connection.createChannel()
        for (const name of shopConsumers) {
          const queue = await channel.checkQueue(`${shop().namespace}.${name}`)
          expect(queue.consumerCount).toBe(1)
          expect(queue.messageCount).toBe(0)
        }
      } finally {
        await connection.close()
      }
      expect([...tapped.types()].sort()).toEqual([
        'catalog.product-changed',
        'catalog.stock-low',
        'orders.cancelled',
        'orders.fulfilled',
        'orders.placed',
        'payments.captured',
        'payments.refund-failed',
        'payments.refunded',
        'users.registered',
      ])
    })

    test('cache and limits live in Redis, under the prefix', async () => {
      const redis = new Redis(redisUrl)
      try {
        await shop().admin.get('/v1/products?q=raincoat')
        const prefix = shop().env.REDIS_PREFIX ?? ''
        const keys = await redis.keys(`${prefix}*`)
        const kinds = new Set(keys.map(key => key.slice(prefix.length).split(':')[0]))
        expect(kinds).toContain('cache')
        expect(kinds).toContain('limit')
      } finally {
        redis.disconnect()
      }
    })

    test('the host says that all it stands on is up', async () => {
      const ready = await shop().admin.get('/health/ready')
      expect([ready.status, ready.json]).toMatchObject([
        200,
        { status: 'ready', dependencies: { postgres: 'up', redis: 'up', rabbitmq: 'up' } },
      ])
    })
  }),
)
