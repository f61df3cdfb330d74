import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long two things take, each done so many times, in milliseconds. */
export interface Comparison {
  /** The medians. */
  readonly one: number
  readonly other: number
  /** The median of how much longer one took than the other right beside it, by the median of all: 0.1 is a tenth. */
  readonly apart: number
  readonly rounds: number
}

/**
 * Does one thing and the other in turn, and says how long they take. Where they are further apart than a tenth, which
 * chance may bring about on a busy machine, they are done more often: twice as often, up to `most` rounds. A difference
 * that is there is only seen the better for it.
 *
 * Compared is each with the one right beside it: what comes over the machine for a while comes over both.
 */
export const compareTimes = async (
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
  { rounds = 150, most = 1200 } = {},
): Promise<Comparison> => {
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
    const differences = ones.map((time, n) => time - (others[n] ?? Number.NaN))
    const apart = Math.abs(median(differences)) / median([...ones, ...others])
    if (apart < 0.1 || planned * 2 > most)
      return { one: median(ones), other: median(others), apart, rounds: planned }
  }
}

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
