import type { Verdict } from './broker.ts'

/** How far a message has come. */
export interface Progress {
  /** Attempts that ended in a failure that counts. */
  readonly failures: number
  /** Attempts that were put off because something else was away. */
  readonly postponements: number
}

/** Where every message starts. */
export const fresh: Progress = { failures: 0, postponements: 0 }

/** What becomes of a message after an attempt. */
export type NextStep =
  | { readonly step: 'forget' }
  | { readonly step: 'retry'; readonly delayMs: number; readonly progress: Progress }
  | { readonly step: 'bury'; readonly error: string; readonly attempts: number }

/**
 * Delays before the second attempt, the third, and so on; one more attempt than delays. Together they
 * stay under a minute, so that what can succeed has succeeded by then.
 */
export const defaultDelaysMs: readonly number[] = [1_000, 5_000, 15_000, 30_000]

/**
 * How often a message may be put off: at the longest of the default delays, for a day. Putting off does
 * not use up attempts, otherwise an outage of some minutes would bury every event that came by.
 */
export const maxPostponements = 2_880

/**
 * How often a broker hands out a message again whose consumer died without a verdict. High enough for a
 * bad day of restarts, bounded for a message that kills its process.
 */
export const maxCrashes = 20

/** Decides what becomes of a message. */
export const nextStep = (
  verdict: Verdict,
  { failures, postponements }: Progress,
  delaysMs: readonly number[],
): NextStep => {
  const bury = (error: string): NextStep => ({ step: 'bury', error, attempts: failures + 1 })
  const retry = (delayMs: number, progress: Progress): NextStep => ({ step: 'retry', delayMs, progress })
  switch (verdict.kind) {
    case 'handled':
      return { step: 'forget' }
    case 'refused':
      return bury(verdict.error)
    case 'failed': {
      const delayMs = delaysMs[failures]
      return delayMs === undefined
        ? bury(verdict.error)
        : retry(delayMs, { failures: failures + 1, postponements })
    }
    case 'postponed': {
      const delayMs = delaysMs[Math.min(postponements, delaysMs.length - 1)]
      return delayMs === undefined || postponements >= maxPostponements
        ? bury(verdict.error)
        : retry(delayMs, { failures, postponements: postponements + 1 })
    }
  }
}
