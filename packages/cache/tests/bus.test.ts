import type { Bus } from '@plinth/cache'
import { createMemoryBus } from '@plinth/cache'
import { createRedisBus } from '@plinth/cache/redis'
import { describeWith } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connected } from './redis.ts'

describe('a bus in memory', () => busConformance(async () => createMemoryBus()))

describeWith('redis', 'a bus over Redis', url =>
  busConformance(async () => {
    const redis = await connected(url)
    const bus = createRedisBus({ redis })
    return {
      ...bus,
      async [Symbol.asyncDispose]() {
        await bus[Symbol.asyncDispose]()
        await redis[Symbol.asyncDispose]()
      },
    }
  }),
)

/** What every bus does, however it carries its messages. */
const busConformance = (create: () => Promise<Bus>): void => {
  let bus: Bus = createMemoryBus()
  beforeAll(async () => {
    bus = await create()
  })
  afterAll(() => bus[Symbol.asyncDispose]())
  let channels = 0
  const newChannel = () => `channel-${++channels}`
  /** Publishes until somebody hears: what is published before the subscription stands may be lost. */
  const published = (channel: string, message: unknown, heard: { mock: { calls: unknown[][] } }) =>
    vi.waitFor(async () => {
      await bus.publish(channel, message)
      await vi.waitFor(() => expect(heard.mock.calls).not.toHaveLength(0), { timeout: 100, interval: 5 })
    })

  test('tells everybody who listens to a channel, and nobody else, JSON as it was', async () => {
    const [one, two, other] = [vi.fn(), vi.fn(), vi.fn()]
    const channel = newChannel()
    bus.subscribe(channel, one)
    bus.subscribe(channel, two)
    bus.subscribe(newChannel(), other)
    await published(channel, { keys: ['a', 'ключ'], n: null }, one)
    expect(one).toHaveBeenCalledWith({ keys: ['a', 'ключ'], n: null })
    await vi.waitFor(() => expect(two).toHaveBeenCalled())
    expect(other).not.toHaveBeenCalled()
  })

  test('tells nothing to who has left', async () => {
    const [left, stayed] = [vi.fn(), vi.fn()]
    const channel = newChannel()
    const leave = bus.subscribe(channel, left)
    bus.subscribe(channel, stayed)
    leave()
    leave()
    await published(channel, 1, stayed)
    expect(left).not.toHaveBeenCalled()
  })

  test('can be listened to again after all have left', async () => {
    const channel = newChannel()
    bus.subscribe(channel, vi.fn())()
    const heard = vi.fn()
    bus.subscribe(channel, heard)
    await published(channel, 'again', heard)
  })

  test('a handler that fails concerns nobody else', async () => {
    const channel = newChannel()
    bus.subscribe(channel, () => Promise.reject(new Error('mine')))
    bus.subscribe(channel, () => {
      throw new Error('mine too')
    })
    const heard = vi.fn()
    bus.subscribe(channel, heard)
    await published(channel, 1, heard)
  })

  test('publishing where nobody listens is fine', async () => {
    await bus.publish(newChannel(), { any: 'thing' })
  })
}
