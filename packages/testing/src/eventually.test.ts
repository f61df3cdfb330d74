import { describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'

describe('eventually', () => {
  test('gives at once what a check gives that passes', async () => {
    expect(await eventually(() => 7, { within: 0 })).toBe(7)
  })

  test('waits out failures and false', async () => {
    const answers = [() => false, () => Promise.reject(new Error('not yet')), () => 'there']
    expect(await eventually(() => answers.shift()?.(), { every: 1 })).toBe('there')
    expect(answers).toEqual([])
  })

  test('does not take nothing, zero or an empty text for a failure', async () => {
    for (const value of [undefined, null, 0, ''])
      expect(await eventually(() => value, { within: 0 })).toBe(value)
  })

  test('rejects with the last failure and the time waited', async () => {
    let count = 0
    const failing = eventually(
      () => {
        throw new Error(`failure ${++count}`)
      },
      { within: 60, every: 20 },
    )
    await expect(failing).rejects.toThrow(/^failure \d+ \(waited \d+ ms\)$/)
    await expect(failing).rejects.toThrow(`failure ${count} `)
    expect(count).toBeGreaterThan(1)
  })

  test('keeps the bound', async () => {
    const begun = performance.now()
    await expect(eventually(() => false, { within: 100, every: 10 })).rejects.toThrow(
      'the condition did not hold',
    )
    expect(performance.now() - begun).toBeLessThan(400)
  })
})
