import { checkInvariants, type Finding } from '@plinth/invariants'
import type { Order } from '@plinth/orders-contract'
import { type JournalEntry, paymentsContract } from '@plinth/payments-contract'
import { eventually, type Mail } from '@plinth/testing'
import { expect } from 'vitest'
import type { GivenShop } from './given-shop.ts'

/** What the payment provider itself says that it did for an order. */
export const journalOf = async (
  { admin }: Pick<GivenShop, 'admin'>,
  { id }: Pick<Order, 'id'>,
): Promise<JournalEntry[]> => {
  const answer = await admin.get(`/v1/admin/sandbox/journal?orderId=${id}`)
  return answer.expect(200, paymentsContract.operations.readJournal.output).data
}

/** The mail to somebody with this subject, waited for. */
export const mailOf = (
  { mails }: Pick<GivenShop, 'mails'>,
  { email }: { readonly email: string },
  subject: RegExp,
  within = 15_000,
): Promise<Mail> => mails.waitFor(mail => mail.to.includes(email) && subject.test(mail.subject), { within })

/**
 * Waits until a shop has nothing left to do, and everything that must hold does.
 *
 * @param sandboxUrl where the provider keeps its journal, if not in the shop's database
 */
export const comesToRest = async (databaseUrl: string, sandboxUrl?: string): Promise<void> => {
  const wrong = async () => {
    const journal = sandboxUrl === undefined ? undefined : await wholeJournal(sandboxUrl)
    const findings = await checkInvariants(databaseUrl, { atRest: true, ...(journal && { journal }) })
    return findings.filter(({ violations }) => violations > 0)
  }
  await eventually(async () => expect(await wrong()).toEqual([]), { within: 60_000, every: 250 })
}

const wholeJournal = async (sandboxUrl: string): Promise<JournalEntry[]> => {
  const answer = await fetch(new URL('/journal', sandboxUrl))
  return paymentsContract.operations.readJournal.output.parse(await answer.json()).data
}

/** What is violated, by name. */
export const violated = (findings: readonly Finding[]): string[] =>
  findings.filter(({ violations }) => violations > 0).map(({ name }) => name)
