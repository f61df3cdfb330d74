import { order } from '@plinth/orders-contract'
import { type Answer, type Entry, toldLast } from '../history.ts'
import type { Person } from '../people.ts'
import { type Violation, violationsOf } from '../verdict/violation.ts'

/** How many checkouts are asked about again. */
const sample = 60

/**
 * Whoever was told of an order is told of the same one again under the same key, now that all is calm: the first
 * answer once more, or, where that was 202, how it ended.
 */
export const sameKeyTellsTheSame = async (
  people: readonly Person[],
  entries: readonly Entry[],
): Promise<readonly Violation[]> => {
  const told = entries.filter(entry => {
    const status = toldLast(entry)?.status
    return entry.intent === 'checkout' && (status === 201 || status === 202 || status === 402)
  })
  const details: string[] = []
  for (const { who, method, path, key, body } of told.slice(-sample)) {
    const before = told
      .filter(each => each.who === who && each.key === key)
      .flatMap(each => toldLast(each) ?? [])
    const again = await people
      .find(person => person.who === who)
      ?.insist({ intent: 'checkout', method: 'POST', path, body, ...(key !== undefined && { key }) })
    if (again === undefined || again === 'unknown') details.push(`${method} ${path} ${key}: no answer`)
    else if (!before.every(answer => agree(answer, again)))
      details.push(`${key} of ${who}: ${before.map(say).join(', ')}, and now ${say(again)}`)
  }
  return violationsOf('The same key tells the same', details)
}

const agree = (before: Answer, now: Answer): boolean => {
  if (now.status === 402) return before.status === 402 || before.status === 202
  const moved = now.status === before.status || (now.status === 201 && before.status === 202)
  return moved && idOf(now) === idOf(before)
}

const idOf = ({ json }: Answer): string | undefined => order.safeParse(json).data?.id

const say = (answer: Answer): string => `${answer.status} ${idOf(answer) ?? ''}`
