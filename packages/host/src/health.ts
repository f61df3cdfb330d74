import type { DependencyHealth } from '@plinth/http'
import type { Replica } from '@plinth/postgres'
import type { Config } from './config.ts'
import type { Connections } from './connections.ts'
import type { Neighbour } from './wire/neighbour.ts'

/** The neighbours of a host, and which of them nothing of it works without. */
export interface Needs {
  readonly neighbours: readonly Neighbour[]
  readonly required: readonly string[]
  /** Without it more is read from the primary. */
  readonly replica?: Replica | undefined
}

/**
 * How each dependency is, from memory or within a few hundred milliseconds. Redis and RabbitMQ may be away for a while,
 * and so may a neighbour that only a part of what is here needs: then it is degraded.
 */
export const readHealth = async (
  config: Config,
  { pool, redis, broker }: Pick<Connections, 'pool' | 'redis' | 'broker'>,
  { neighbours, required, replica }: Needs,
): Promise<Record<string, DependencyHealth>> => ({
  postgres: { status: upOrDown((await pool.status()).up), required: true },
  ...(replica !== undefined && { replica: { status: upOrDown(replica.isUsable()), required: false } }),
  ...(redis !== undefined && { redis: { status: upOrDown(redis.status() === 'ready'), required: false } }),
  ...(config.AMQP_URL !== undefined && {
    rabbitmq: { status: upOrDown(broker.status().up), required: false },
  }),
  ...Object.fromEntries(
    neighbours.map(({ name, status }) => [
      name,
      { status: upOrDown(status().up), required: required.includes(name) },
    ]),
  ),
})

const upOrDown = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down')
