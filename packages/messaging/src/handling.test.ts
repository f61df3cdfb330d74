import { contextOf, newId } from '@plinth/kernel'
import { describe, expect, it } from 'vitest'
import { type Handled, handleTogether, type PreparedEvent } from './handling.ts'

const anEvent = (): PreparedEvent => ({ id: newId(), context: contextOf(), effect: async () => {} })
const many = (count: number) => Array.from({ length: count }, anEvent)

/** Remembers the lots it was given. */
const givenLots = (fails: (lot: readonly PreparedEvent[]) => boolean = () => false) => {
  const lots: (readonly PreparedEvent[])[] = []
  const handle = handleTogether(
    async events => {
      lots.push(events)
      await new Promise(resolve => setImmediate(resolve))
      if (fails(events)) throw new Error('cannot')
      return events.map((): Handled => 'handled')
    },
    { size: 5, patienceMs: 1_000 },
  )
  return { handle, sizes: () => lots.map(lot => lot.length) }
}

describe('events that are handled together', () => {
  it('go by the lot, those that come together, each with its own ending', async () => {
    const { handle, sizes } = givenLots()
    const endings = await Promise.all(many(13).map(handle))
    expect(endings).toEqual(Array(13).fill('handled'))
    expect(sizes()).toEqual([5, 5, 3])
  })

  it('come together while a lot is under way', async () => {
    const { handle, sizes } = givenLots()
    const first = handle(anEvent())
    await expect.poll(sizes).toEqual([1])
    await Promise.all([first, ...many(4).map(handle)])
    expect(sizes()).toEqual([1, 4])
  })

  it('are handled by themselves when their lot fails', async () => {
    const events = many(7)
    const poison = events[4]
    const { handle, sizes } = givenLots(lot => lot.some(event => event === poison))
    const endings = await Promise.allSettled(events.map(handle))
    expect(endings.map(({ status }) => status)).toEqual(
      events.map(event => (event === poison ? 'rejected' : 'fulfilled')),
    )
    expect(sizes()).toEqual([5, 1, 1, 1, 1, 1, 2])
  })

  it('are given up with a lot that hangs, and do not keep those behind them from their turn', async () => {
    const all = many(4)
    const handle = handleTogether(
      async events => {
        if (events.some(event => event === all[0])) await new Promise<never>(() => {})
        return events.map((): Handled => 'handled')
      },
      { size: 5, patienceMs: 30 },
    )
    const [first, ...others] = await Promise.allSettled(all.map(handle))
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'deadline_exceeded' } })
    expect(others.every(({ status }) => status === 'fulfilled')).toBe(true)
  })
})
