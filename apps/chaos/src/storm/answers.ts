import { codeOf, type Entry } from '../history.ts'
import { type Violation, violationsOf } from '../verdict/violation.ts'

/** Whatever goes wrong around the shop is foreseen: an answer may be 503, and never 500. */
export const nothingUnforeseen = (entries: readonly Entry[]): readonly Violation[] =>
  violationsOf(
    'No request is answered with 500',
    entries.flatMap(({ method, path, attempts }) =>
      attempts.flatMap(({ at, answer }) =>
        answer === 'unknown' || answer.status !== 500
          ? []
          : [`${at.toISOString()} ${method} ${path}: ${codeOf(answer.json)} ${requestOf(answer.headers)}`],
      ),
    ),
  )

const requestOf = (headers: Headers): string => headers.get('x-request-id') ?? ''
