import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
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

it('what is told to end while it still opens ends in order, once it has opened', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'opens-when-told.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await eventually(() => said.includes('opening'), { within: 55_000 })
  child.kill('SIGTERM')
  child.stdin.write('open')
  expect(await once(child, 'close')).toEqual([0, null])
  expect(said.trim().split('\n')).toEqual(['opening', 'open', 'closed'])
})
