import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds, in the middle of all. */
export interface Medians {
  readonly one: number
  readonly other: number
  readonly rounds: number
}

/**
 * Does one thing and the other in turn, and says how long each takes. Where their medians are further apart than a
 * tenth, which chance may bring about on a busy machine, they are done more often: twice as often, up to `most` rounds.
 * A difference that is there is only seen the better for it.
 */
export const compareTimes = async (
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
  { rounds = 150, most = 1200 } = {},
): Promise<Medians> => {
  const [ones, others]: [number[], number[]] = [[], []]
  const both = [
    [one, ones],
    [other, others],
  ] as const
  for (let planned = rounds; ; planned *= 2) {
    while (ones.length < planned)
      for (const [act, times] of ones.length % 2 === 0 ? both : both.toReversed()) {
        await nextTurn()
        const begun = performance.now()
        await act()
        times.push(performance.now() - begun)
      }
    const medians = { one: median(ones), other: median(others), rounds: planned }
    if (apart(medians) < 0.1 || planned * 2 > most) return medians
  }
}

/** By what part of the shorter one the two are apart: below 0.1 is what nobody can tell. */
export const apart = ({ one, other }: Medians): number => Math.max(one, other) / Math.min(one, other) - 1

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
