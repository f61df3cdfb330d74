import type { LoadResult } from './load-process.ts'
import type { Scenario } from './scenario.ts'

/** What one side did in one round. */
export interface Sample extends LoadResult {
  /** Milliseconds of processor time that the server's process took for each success; undefined where that is not known. */
  readonly cpuMs: number | undefined
}

/** One round of one scenario. */
export interface Measured {
  readonly round: number
  readonly scenario: Scenario
  readonly limit: Sample
  readonly plinth: Sample
}

/** What else there is to know of Plinth. */
export interface Standing {
  /** In use when all is measured; undefined where that is not known. */
  readonly memoryMiB: number | undefined
  /** From the start of another replica until it was ready. */
  readonly bootMs: number
}

/** The figures of a run: medians with minimum and maximum, rates a second, times in milliseconds. */
export const reportOf = (measured: readonly Measured[], standing: Standing) => {
  const rows = [...Map.groupBy(measured, ({ scenario }) => scenario).entries()].map(
    ([{ name, target }, rounds]) => ({
      scenario: name,
      limit: spreadOf(rounds.map(({ limit }) => limit.rate)),
      plinth: spreadOf(rounds.map(({ plinth }) => plinth.rate)),
      ratio: spreadOf(rounds.map(({ limit, plinth }) => plinth.rate / limit.rate)),
      target,
      p99: {
        limit: spreadOf(rounds.map(({ limit }) => limit.p99)),
        plinth: spreadOf(rounds.map(({ plinth }) => plinth.p99)),
      },
      cpuMs: {
        limit: spreadOf(rounds.flatMap(({ limit }) => limit.cpuMs ?? [])),
        plinth: spreadOf(rounds.flatMap(({ plinth }) => plinth.cpuMs ?? [])),
      },
      failed: rounds.reduce((sum, { plinth }) => sum + plinth.failed, 0),
    }),
  )
  const lines = rows.map(
    ({ scenario, limit, plinth, ratio, target, p99, cpuMs, failed }) =>
      `| ${scenario} | ${shown(limit, 0)} | ${shown(plinth, 0)} | ${shown(ratio, 2)} | ${target > 0 ? target : ''} | ${p99.limit.median} / ${p99.plinth.median} | ${cpuMs.limit.median.toFixed(2)} / ${cpuMs.plinth.median.toFixed(2)} | ${failed} |`,
  )
  return {
    figures: { ...standing, scenarios: rows },
    markdown: [
      '| scenario | limit, a second | Plinth, a second | ratio | target | p99 in ms, limit / Plinth | CPU ms a request, limit / Plinth | failed |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      ...lines,
      '',
      `Memory in use afterwards: ${standing.memoryMiB?.toFixed(0) ?? 'unknown'} MiB (resident set size). Ready ${standing.bootMs.toFixed(0)} ms after its start on a migrated database.`,
      '',
    ].join('\n'),
  }
}

interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = Math.floor((sorted.length - 1) / 2)
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle) + at(middle + 1)) / 2
  return { median, min: at(0), max: at(sorted.length - 1) }
}

const shown = ({ median, min, max }: Spread, digits: number) =>
  `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`
