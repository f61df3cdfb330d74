import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Verdict } from './broker.ts'
import { defaultDelaysMs, fresh, maxPostponements, nextStep, type Progress } from './retry.ts'

const failed: Verdict = { kind: 'failed', error: 'no' }
const postponed: Verdict = { kind: 'postponed', error: 'away' }

/** All steps a message goes through when its attempts end like this, until it is at rest. */
const journey = (verdicts: readonly Verdict[], delaysMs: readonly number[]) => {
  let progress: Progress = fresh
  const delays: number[] = []
  for (const verdict of verdicts) {
    const next = nextStep(verdict, progress, delaysMs)
    if (next.step !== 'retry') return { delays, end: next }
    delays.push(next.delayMs)
    progress = next.progress
  }
  return { delays, end: undefined }
}

describe('what becomes of a message', () => {
  test('a failure waits a little longer each time, and after the last attempt it is dead', () => {
    const { delays, end } = journey(Array(9).fill(failed), [10, 20, 30])
    expect(delays).toEqual([10, 20, 30])
    expect(end).toEqual({ step: 'bury', error: 'no', attempts: 4 })
  })

  test('what no attempt can mend is dead at once', () => {
    expect(nextStep({ kind: 'refused', error: 'no JSON' }, fresh, defaultDelaysMs)).toEqual({
      step: 'bury',
      error: 'no JSON',
      attempts: 1,
    })
  })

  test('an outage does not use up attempts, and ends after a day', () => {
    const { delays, end } = journey(Array(3_000).fill(postponed), defaultDelaysMs)
    expect(delays).toHaveLength(maxPostponements)
    expect(delays.reduce((sum, ms) => sum + ms)).toBeGreaterThan(23 * 3_600_000)
    expect(end).toEqual({ step: 'bury', error: 'away', attempts: 1 })
  })

  test('however failures and outages mix, there are as many counted attempts as configured', () => {
    const verdict = fc.constantFrom(failed, postponed)
    fc.assert(
      fc.property(fc.array(verdict, { maxLength: 60 }), verdicts => {
        const { end } = journey(verdicts, [1, 2, 3])
        const failures = verdicts.filter(({ kind }) => kind === 'failed').length
        expect(end === undefined).toBe(failures < 4)
        if (end?.step === 'bury') expect(end.attempts).toBe(4)
      }),
    )
  })
})
