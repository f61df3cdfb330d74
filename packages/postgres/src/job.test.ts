import { DeadlineExceeded, Unavailable } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { describe, expect, it } from 'vitest'
import { createJob } from './job.ts'

describe('a job', () => {
  const hour = 3_600_000

  it('runs at once, again as long as there is more, and then waits', async () => {
    let rounds = 0
    const job = createJob({
      name: 'three',
      everyMs: hour,
      run: async () => (++rounds < 3 ? 'again' : 'done'),
    })
    await using _ = job.start(silentLogger)
    await eventually(() => rounds === 3)
    job.wake()
    await eventually(() => rounds === 4)
  })

  it('loses no wake-up that comes while it runs', async () => {
    let rounds = 0
    const job = createJob({
      name: 'woken while running',
      everyMs: hour,
      async run() {
        rounds += 1
        if (rounds === 1) job.wake()
        return 'done'
      },
    })
    await using _ = job.start(silentLogger)
    await eventually(() => rounds === 2)
  })

  it('runs again after its interval', async () => {
    let rounds = 0
    await using _ = createJob({
      name: 'often',
      everyMs: 5,
      async run() {
        rounds += 1
        return 'done'
      },
    }).start(silentLogger)
    await eventually(() => rounds > 3)
  })

  it('logs what fails and goes on', async () => {
    const logged: unknown[] = []
    let rounds = 0
    const job = createJob({
      name: 'flaky',
      everyMs: hour,
      async run() {
        rounds += 1
        if (rounds < 3) throw new Error('no luck')
        return 'done'
      },
    })
    await using _ = job.start({ ...silentLogger, error: (...line: unknown[]) => logged.push(line) })
    await eventually(() => rounds === 3)
    expect(logged).toHaveLength(2)
    expect(logged[0]).toMatchObject([{ job: 'flaky' }, 'a round of a job failed'])
  })

  it('warns of what was only away or slow', async () => {
    const logged: unknown[] = []
    let rounds = 0
    const job = createJob({
      name: 'waiting',
      everyMs: hour,
      async run() {
        rounds += 1
        if (rounds < 3) throw rounds === 1 ? Unavailable() : DeadlineExceeded()
        return 'done'
      },
    })
    await using _ = job.start({ ...silentLogger, warn: (...line: unknown[]) => logged.push(line) })
    await eventually(() => rounds === 3)
    expect(logged).toHaveLength(2)
  })

  it('aborts its round when it is stopped, and waits for it', async () => {
    let ended = false
    const begun = Promise.withResolvers<void>()
    const running = createJob({
      name: 'long',
      everyMs: hour,
      run: signal =>
        new Promise(resolve => {
          begun.resolve()
          signal.addEventListener('abort', () => {
            ended = true
            resolve('again')
          })
        }),
    }).start(silentLogger)
    await begun.promise
    await running[Symbol.asyncDispose]()
    expect(ended).toBe(true)
  })

  it('stops at once when it sleeps', async () => {
    let rounds = 0
    const running = createJob({
      name: 'sleeper',
      everyMs: hour,
      async run() {
        rounds += 1
        return 'done'
      },
    }).start(silentLogger)
    await eventually(() => rounds === 1)
    const begun = performance.now()
    await running[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(1_000)
    expect(rounds).toBe(1)
  })
})
