import type { Order } from '@plinth/orders-contract'
import { type JournalEntry, paymentsContract } from '@plinth/payments-contract'
import type { Mail } from '@plinth/testing'
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
