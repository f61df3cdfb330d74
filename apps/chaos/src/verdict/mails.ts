import type { Check } from './violation.ts'
import { violationsOf } from './violation.ts'

/**
 * Mails in the sink against our notifications: each is sent once, and once more at most for each time that a
 * host died, or the answer was lost, while it was on its way; always under one Message-ID. `mayRepeat` says
 * how often more than once: none in health.
 */
export const mailsAgree =
  (mayRepeat: (onItsWay: { readonly from: Date; readonly to: Date }) => number): Check =>
  async ({ sql, mails }) => {
    const notes = await sql<NoteRow[]>`
      select message_id, recipient, status, created_at, sent_at from notifications.notification`
    const known = new Map(notes.map(note => [note.message_id, note]))
    const kept = Map.groupBy(mails.mails(), mail => mail.messageId)
    return [
      ...violationsOf(
        'Every mail that counts as sent has arrived',
        notes
          .filter(({ status, message_id: id }) => status === 'sent' && !kept.has(id))
          .map(({ message_id: id, recipient }) => `${id} to ${recipient}`),
      ),
      ...violationsOf(
        'Every mail that arrived is a notification of ours, to the same person',
        [...kept]
          .filter(([id, copies]) => copies.some(({ to }) => to.join() !== known.get(id)?.recipient))
          .map(([id, copies]) => `${id} to ${copies.map(({ to }) => to.join()).join(' and ')}`),
      ),
      ...violationsOf(
        'A mail arrives once, and again only when its sender died at the worst moment',
        notes.flatMap(({ message_id: id, created_at: from, sent_at: sent }) => {
          const copies = kept.get(id) ?? []
          const allowed = 1 + mayRepeat({ from, to: sent ?? new Date() })
          return copies.length > allowed
            ? [`${id}: ${copies.length} copies, of “${copies[0]?.subject}”; ${allowed} allowed`]
            : []
        }),
      ),
    ]
  }

interface NoteRow {
  readonly message_id: string
  readonly recipient: string
  readonly status: string
  readonly created_at: Date
  readonly sent_at: Date | null
}
