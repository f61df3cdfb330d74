import { describeFault } from './plan.ts'
import type { StormReport } from './storm.ts'

/** The report for people to read, line by line. */
export const linesOf = ({ seed, plan, figures, settledMs, violations, folder }: StormReport): string[] => [
  `seed ${seed}: ${plan.length} faults`,
  ...plan.map(describeFault),
  `requests: ${figures.asked} asked for, ${figures.sent} sent, ${figures.unavailable} answered 503, ${figures.unanswered} unanswered, the slowest answer after ${figures.slowestMs} ms`,
  ...[...figures.outcomes].map(([outcome, count]) => `${String(count).padStart(7)}  ${outcome}`),
  `settled ${(settledMs / 1000).toFixed(1)} s after the last fault`,
  violations.length === 0
    ? 'nothing to find: everything holds'
    : `${violations.length} violations; logs and journal are in ${folder}`,
  ...violations.map(({ rule, detail }) => `  ${rule}: ${detail}`),
]

/** One line for a run among many. */
export const lineOf = ({ seed, plan, figures, settledMs, violations }: StormReport): string =>
  `seed ${seed}: ${plan.length} faults, ${figures.sent} requests for ${figures.asked} things, settled in ${(settledMs / 1000).toFixed(1)} s, ${violations.length} violations`

/** All runs together. */
export const sumOf = (reports: readonly StormReport[]): string => {
  const total = (count: (report: StormReport) => number) =>
    reports.reduce((sum, report) => sum + count(report), 0)
  const bad = reports.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed)
  return `${reports.length} seeds: ${total(({ plan }) => plan.length)} faults, ${total(({ figures }) => figures.sent)} requests for ${total(({ figures }) => figures.asked)} things, ${total(({ violations }) => violations.length)} violations${bad.length > 0 ? ` (seeds ${bad.join(', ')})` : ''}, slowest to settle ${(Math.max(...reports.map(({ settledMs }) => settledMs)) / 1000).toFixed(1)} s`
}
