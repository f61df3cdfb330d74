import { randomBytes } from 'node:crypto'
import { connect } from 'amqplib'
import { Redis } from 'ioredis'
import { currentRun } from './run.ts'

/**
 * A prefix nobody else uses, for Redis keys and for AMQP names: letters, digits and `-`. The keys under it
 * in a Redis that was named by URL are removed when the run ends.
 */
export function testNamespace(): string {
  return `${runNamespace(currentRun().id)}-${randomBytes(4).toString('hex')}`
}

/** What the namespaces of one run begin with. */
export function runNamespace(runId: string): string {
  return `plinth-test-${runId}`
}

/** Removes every Redis key that begins with `prefix`. */
export async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 })
  redis.on('error', () => {})
  try {
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 500)
      if (keys.length > 0) await redis.unlink(keys)
      cursor = next
    } while (cursor !== '0')
  } finally {
    redis.disconnect()
  }
}

/** Removes queues and exchanges by name; one that is not there is no error. */
export async function removeAmqpNames(
  url: string,
  names: { queues?: readonly string[]; exchanges?: readonly string[] },
): Promise<void> {
  const connection = await connect(url)
  try {
    const channel = await connection.createChannel()
    for (const queue of names.queues ?? []) await channel.deleteQueue(queue)
    for (const exchange of names.exchanges ?? []) await channel.deleteExchange(exchange)
  } finally {
    await connection.close()
  }
}
