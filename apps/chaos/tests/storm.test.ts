import { serviceUrl, startPrivatePostgres, startPrivateRedis } from '@plinth/testing'
import { expect, test } from 'vitest'
import { linesOf } from '../src/storm/report.ts'
import { storm } from '../src/storm/storm.ts'

/** Another every day, and the same all day: what fails can be looked into. */
const seed = Math.floor(Date.now() / 86_400_000)

test(`after a storm all is as it was told to be: seed ${seed}`, async context => {
  const [rabbitmq, redis] = [serviceUrl('rabbitmq'), await startPrivateRedis()]
  if (rabbitmq === undefined || redis === undefined) return context.skip('it needs Redis and RabbitMQ')
  await using _redis = redis
  await using postgres = await startPrivatePostgres({ survivesKill: true })
  const grounds = {
    services: { postgres: postgres.url, redis: redis.url, rabbitmq },
    mortal: { postgres, redis },
  }
  const report = await storm({ seed, seconds: 6, buyers: 8, grounds })
  const lines = linesOf(report)
  console.log(lines.join('\n'))
  expect(report.violations, lines.join('\n')).toEqual([])
  expect(report.figures.outcomes.get('checkout 201')).toBeGreaterThan(0)
})
