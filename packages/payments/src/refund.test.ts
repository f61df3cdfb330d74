import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffAfter, maxAttempts } from './refund.ts'

it.each([
  [1, 1000],
  [2, 2000],
  [3, 4000],
  [4, 8000],
  [5, 16000],
])('After %i tries the next one waits for %i ms', (attempts, ms) => {
  expect(backoffAfter(attempts, 0.5)).toBe(ms)
})

it('The wait is a quarter more or less, and all tries fit into a minute', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
      dice => {
        const waits = dice.map((each, index) => backoffAfter(index + 1, each))
        waits.forEach((wait, index) => {
          expect(wait).toBeGreaterThanOrEqual(1000 * 2 ** index * 0.75)
          expect(wait).toBeLessThanOrEqual(1000 * 2 ** index * 1.25)
        })
        expect(waits).toHaveLength(maxAttempts - 1)
        expect(waits.reduce((sum, each) => sum + each, 0)).toBeLessThan(60_000)
      },
    ),
  )
})
