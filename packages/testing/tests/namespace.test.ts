import { connect } from 'amqplib'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { describeWith, removeAmqpNames, removeKeys, testNamespace } from '../src/index.ts'

describeWith('redis', 'a namespace in Redis', url => {
  test('is unique, and is removed with its keys and no others', async () => {
    const [mine, theirs] = [testNamespace(), testNamespace()]
    expect(mine).not.toBe(theirs)
    const redis = new Redis(url)
    try {
      await redis.mset(Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`${mine}:${n}`, n])))
      await redis.set(`${theirs}:1`, 1)
      await removeKeys(url, mine)
      expect(await redis.exists(`${mine}:1`, `${mine}:1199`)).toBe(0)
      expect(await redis.exists(`${theirs}:1`)).toBe(1)
      await removeKeys(url, theirs)
    } finally {
      redis.disconnect()
    }
  })
})

describeWith('rabbitmq', 'a namespace in RabbitMQ', url => {
  test('is removed by its names, those that are not there included', async () => {
    const queue = `${testNamespace()}.queue`
    const connection = await connect(url)
    const channel = await connection.createChannel()
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await removeAmqpNames(url, { queues: [queue, `${queue}.none`], exchanges: [`${queue}.none`] })
    channel.on('error', () => {})
    await expect(channel.checkQueue(queue)).rejects.toThrow('404')
    await connection.close()
  })
})
