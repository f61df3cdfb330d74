import { codeOf, type Entry, toldLast } from '../history.ts'

/** What clients met with, in numbers. */
export interface Figures {
  /** Things that were asked for. */
  readonly asked: number
  /** Requests sent for them. */
  readonly sent: number
  /** Answers that said: not now, `503`. */
  readonly unavailable: number
  /** Requests without an answer. */
  readonly unanswered: number
  /** Milliseconds that the slowest answer took. */
  readonly slowestMs: number
  /** How things ended: `checkout 201`, `cancel 409 not_cancellable`, `checkout never told`. */
  readonly outcomes: ReadonlyMap<string, number>
}

/** Counts a history. */
export const figuresOf = (entries: readonly Entry[]): Figures => {
  const attempts = entries.flatMap(entry => entry.attempts)
  const answered = attempts.filter(({ answer }) => answer !== 'unknown')
  const outcomes = new Map<string, number>()
  for (const entry of entries) {
    const outcome = `${entry.intent} ${outcomeOf(entry)}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  return {
    asked: entries.length,
    sent: attempts.length,
    unavailable: answered.filter(({ answer }) => answer !== 'unknown' && answer.status === 503).length,
    unanswered: attempts.length - answered.length,
    slowestMs: Math.round(answered.reduce((slowest, { ms }) => Math.max(slowest, ms), 0)),
    outcomes: new Map([...outcomes].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  }
}

const outcomeOf = (entry: Entry): string => {
  const told = toldLast(entry)
  if (told === undefined) return 'never told'
  const code = codeOf(told.json)
  return code === undefined ? String(told.status) : `${told.status} ${code}`
}
