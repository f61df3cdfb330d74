import { expect, it, onTestFinished, vi } from 'vitest'
import { contextOf } from './context.ts'
import { createTurnstile } from './turnstile.ts'

const context = contextOf()

/** Work that is done when it is told to, and a record of when it began. */
const givenWork = () => {
  const begun: number[] = []
  const ends = new Map<number, PromiseWithResolvers<void>>()
  return {
    begun,
    work: (n: number) => async () => {
      begun.push(n)
      const end = Promise.withResolvers<void>()
      ends.set(n, end)
      await end.promise
      return n
    },
    end: (n: number) => ends.get(n)?.resolve(),
    fail: (n: number) => ends.get(n)?.reject(new Error('it went wrong')),
  }
}

it('So many are inside at a time, and the others follow in the order in which they came', async () => {
  const enter = createTurnstile(2)
  const { begun, work, end, fail } = givenWork()
  const all = [1, 2, 3, 4].map(n => enter(context, work(n)))
  const outcomes = Promise.allSettled(all)
  await expect.poll(() => begun).toEqual([1, 2])
  fail(2)
  await expect.poll(() => begun).toEqual([1, 2, 3])
  end(1)
  await expect.poll(() => begun).toEqual([1, 2, 3, 4])
  end(3)
  end(4)
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  const again = enter(context, work(5))
  await expect.poll(() => begun).toContain(5)
  end(5)
  expect(await again).toBe(5)
})

it('Whoever waits until the deadline, or has left, does not come in, and holds up nobody', async () => {
  const enter = createTurnstile(1)
  const { begun, work, end } = givenWork()
  const first = enter(context, work(1))
  await expect.poll(() => begun).toEqual([1])
  await expect(enter({ ...context, deadline: Date.now() + 20 }, work(2))).rejects.toMatchObject({
    code: 'unavailable',
  })
  const client = new AbortController()
  const left = enter({ ...context, signal: client.signal }, work(3))
  const patient = enter(context, work(4))
  client.abort()
  end(1)
  await expect(left).rejects.toMatchObject({ code: 'deadline_exceeded' })
  await expect.poll(() => begun).toEqual([1, 4])
  end(4)
  expect(await Promise.all([first, patient])).toEqual([1, 4])
})

it('Where the first has waited for long, whoever came last is next, who has the most time left', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const enter = createTurnstile(1)
  const { begun, work, end } = givenWork()
  const all = [1, 2, 3].map(n => enter(context, work(n)))
  await expect.poll(() => begun).toEqual([1])
  vi.advanceTimersByTime(600)
  all.push(enter(context, work(4)))
  end(1)
  await expect.poll(() => begun).toEqual([1, 4])
  end(4)
  await expect.poll(() => begun).toEqual([1, 4, 3])
  end(3)
  await expect.poll(() => begun).toEqual([1, 4, 3, 2])
  end(2)
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4])
})
