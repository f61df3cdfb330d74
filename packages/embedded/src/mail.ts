import { type AddressObject, simpleParser } from 'mailparser'

/** A mail as it was received. */
export type Mail = {
  /** Ours: sorts by arrival, unique in its mailbox. */
  id: string
  /** The Message-ID header with its angle brackets, empty if there was none. */
  messageId: string
  /** The sender's address as written, name included: `Plinth <shop@example.com>`. */
  from: string
  /** The bare addresses it was delivered to, blind copies included. */
  to: string[]
  subject: string
  /** The text part, empty if there was none. */
  text: string
  /** The HTML part, empty if there was none. */
  html: string
  /** When it arrived. */
  at: Date
}

/** Reads a raw message (RFC 5322). Recipients are those of its `Delivered-To` headers, else of To and Cc. */
export async function readMail(id: string, raw: Buffer | string, at: Date): Promise<Mail> {
  const parsed = await simpleParser(raw, { skipImageLinks: true })
  const delivered = parsed.headerLines
    .filter(header => header.key === 'delivered-to')
    .map(header => header.line.slice(header.line.indexOf(':') + 1).trim())
  return {
    id,
    messageId: parsed.messageId ?? '',
    from: parsed.from?.text ?? '',
    to: delivered.length > 0 ? delivered : [...addresses(parsed.to), ...addresses(parsed.cc)],
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    at,
  }
}

/** The message with a `Delivered-To` header for each recipient of its envelope. */
export function withRecipients(raw: Buffer, recipients: readonly string[]): Buffer {
  return Buffer.concat([Buffer.from(recipients.map(address => `Delivered-To: ${address}\r\n`).join('')), raw])
}

function addresses(header: AddressObject | AddressObject[] | undefined): string[] {
  const objects = header === undefined ? [] : Array.isArray(header) ? header : [header]
  return objects.flatMap(object => object.value).flatMap(entry => (entry.address ? [entry.address] : []))
}
