import { order } from '@plinth/orders-contract'
import { refund } from '@plinth/payments-contract'
import type { Answer, Entry, Intent } from '../history.ts'
import { codeOf, toldLast } from '../history.ts'
import { readStanding, type Standing } from './standing.ts'
import type { Check } from './violation.ts'
import { violationsOf } from './violation.ts'

/**
 * What clients were told against what stands: what was told to have happened, happened; what was told not to,
 * did not; two answers under one key are about one thing.
 */
export const toldIsTrue: Check = async world => {
  const standing = await readStanding(world)
  const { entries } = world.history
  const kept = new Set(entries.filter(wasKept).map(nameOf))
  const lies = entries.flatMap(entry => {
    const told = toldLast(entry)
    // Of two who ask for the same at the same time one may come too early, or too late.
    if (told !== undefined && !isKept(told) && kept.has(nameOf(entry))) return []
    const lie = told && judges[entry.intent](standing, entry, told)
    return lie === undefined
      ? []
      : [`${told?.status} to ${entry.intent} of ${entry.who} ${entry.key ?? ''}: ${lie}`]
  })
  return [
    ...violationsOf('What a client was told is so', lies),
    ...violationsOf('Every order was asked for', ordersOutOfNowhere(standing, world.history.entries)),
  ]
}

const nameOf = ({ intent, who, key, path }: Entry) => `${intent} ${who} ${key ?? path}`

/** Whether an answer is kept under its key: a refusal that changed nothing is not. */
const isKept = ({ status }: Answer) => status < 300 || status === 402

const wasKept = (entry: Entry): boolean => {
  const told = toldLast(entry)
  return told !== undefined && isKept(told)
}

/** Says what is wrong; undefined where it is as it was told. */
type Judge = (standing: Standing, entry: Entry, told: Answer) => string | undefined

const judgeRegister: Judge = ({ accounts }, { who }, { status, json }) => {
  const happened = status === 201 || codeOf(json) === 'email_taken'
  const count = accounts.get(who) ?? 0
  return count === (happened ? 1 : 0) ? undefined : `there are ${count} accounts`
}

const judgeCheckout: Judge = (standing, entry, { status, json }) => {
  const found = standing.orderOf(entry.who, entry.key)
  const captures = found === undefined ? [] : standing.journalOf(found.id, 'capture')
  /** What is not paid may have been captured too late, and has gone back then. */
  const kept =
    found === undefined ? 0 : standing.sumOf(found.id, 'capture') - standing.sumOf(found.id, 'refund')
  switch (status) {
    case 201:
    case 202: {
      const told = order.parse(json)
      if (found?.id !== told.id) return `the key stands for order ${found?.id}, not ${told.id}`
      if (found.status === 'pending_payment') return `the order is still pending`
      if (status === 202 && found.paidAt === null)
        return kept === 0 ? undefined : `the provider keeps ${kept}`
      if (found.paidAt === null) return `the order is ${found.status} and was never paid`
      if (told.total.amount !== found.total) return `the total is ${found.total}, not ${told.total.amount}`
      return captures.join() === String(found.total) ? undefined : `the provider captured ${captures.join()}`
    }
    case 402:
      if (found?.status !== 'failed') return `the order of the key is ${found?.status}`
      return captures.length === 0 ? undefined : `the provider captured ${captures.join()}`
    default:
      return found === undefined ? undefined : `there is an order ${found.id}, ${found.status}`
  }
}

const judgeCancel: Judge = (standing, { path }, { status, json }) => {
  const id = path.split('/')[3] ?? ''
  const found = standing.order(id)
  if (codeOf(json) === 'not_cancellable')
    return found?.status === 'cancelled' ? 'the order is cancelled' : undefined
  if (status !== 200) return undefined
  if (found?.status !== 'cancelled') return `the order is ${found?.status}`
  const [captured, refunded] = [standing.sumOf(id, 'capture'), standing.sumOf(id, 'refund')]
  return captured === refunded ? undefined : `${captured} came in and ${refunded} went back`
}

const judgeRefund: Judge = (standing, { path }, { status, json }) => {
  if (status !== 202) return undefined
  const { id, amount } = refund.parse(json)
  const made = standing.refunds.get(id)
  if (made === undefined) return `there is no refund ${id}`
  if (made.amount !== amount.amount) return `the refund is of ${made.amount}, not ${amount.amount}`
  return path.includes(made.orderId) ? undefined : `the refund is of order ${made.orderId}`
}

const judgeAdjust: Judge = ({ adjustments }, { key }, { status }) => {
  const count = adjustments.get(key ?? '') ?? 0
  return count === (status === 201 ? 1 : 0) ? undefined : `it stands ${count} times in the ledger`
}

const judges: Readonly<Record<Intent, Judge>> = {
  register: judgeRegister,
  checkout: judgeCheckout,
  cancel: judgeCancel,
  refund: judgeRefund,
  adjust: judgeAdjust,
  other: () => undefined,
}

const ordersOutOfNowhere = ({ orders }: Standing, entries: readonly Entry[]): string[] => {
  const asked = new Set(
    entries.filter(({ intent }) => intent === 'checkout').map(({ who, key }) => `${who} ${key}`),
  )
  return (
    orders
      // The key of an order that could not be charged is let go.
      .filter(({ who, key, status }) => !asked.has(`${who} ${key}`) && !(key === null && status === 'failed'))
      .map(({ id, who, status }) => `order ${id} of ${who}, ${status}`)
  )
}
