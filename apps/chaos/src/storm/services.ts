import {
  type MortalService,
  startPrivatePostgres,
  startPrivateRabbitmq,
  startPrivateRedis,
} from '@plinth/testing'
import type { WorldOptions } from '../world.ts'

/** What a storm rages over: where the services are, and those of them that it may kill. */
export interface Grounds {
  readonly services: WorldOptions<never>['services']
  readonly mortal: Readonly<Partial<Record<'postgres' | 'redis' | 'rabbitmq', MortalService>>>
}

/** Starts services of our own, all mortal. Rejects with what is missing. */
export const openGrounds = async (): Promise<Grounds & AsyncDisposable> => {
  await using stack = new AsyncDisposableStack()
  const [postgres, redis, rabbitmq] = await Promise.all([
    startPrivatePostgres({ survivesKill: true }).then(service => stack.use(service)),
    startPrivateRedis().then(service => stack.use(present(service, 'redis-server'))),
    startPrivateRabbitmq().then(service => stack.use(present(service, 'rabbitmq-server'))),
  ])
  const kept = stack.move()
  return {
    services: { postgres: postgres.url, redis: redis.url, rabbitmq: rabbitmq.url },
    mortal: { postgres, redis, rabbitmq },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const present = (service: MortalService | undefined, program: string): MortalService => {
  if (service === undefined) throw new Error(`${program} is not on the PATH`)
  return service
}
