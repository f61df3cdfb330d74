import { createPostgresBroker } from '@plinth/messaging'
import { connectPostgres, createJob } from '@plinth/postgres'
import { silentLogger as logger, silentMetrics as metrics } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { expect, it } from 'vitest'
import { startBackground } from '../src/index.ts'

it('what runs in the background is let come to its end when it is stopped, and then rests', async () => {
  const log: string[] = []
  const inHand = Promise.withResolvers<void>()
  const job = createJob({
    name: 'test.count',
    everyMs: 1,
    run: async () => {
      log.push('begun')
      await inHand.promise
      log.push('done')
      return 'again'
    },
  })
  await using pool = connectPostgres({ url: 'postgres://127.0.0.1:1/nowhere', logger })
  const broker = createPostgresBroker({ pool, logger })
  const background = startBackground({ pool, broker, consumers: [], jobs: [job], logger, metrics })
  await eventually(() => expect(log).toEqual(['begun']))
  const stopped = background[Symbol.asyncDispose]().then(() => log.push('stopped'))
  inHand.resolve()
  await stopped
  expect(log).toEqual(['begun', 'done', 'stopped'])
  await broker[Symbol.asyncDispose]()
})
