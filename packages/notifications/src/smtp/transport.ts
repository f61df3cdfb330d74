import { createTransport } from 'nodemailer'
import { z } from 'zod'

/** A mail, ready to go. */
export interface Mail {
  readonly messageId: string
  readonly from: string
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The way out for mails. */
export interface MailTransport {
  /**
   * Hands a mail over, until the signal fires; rejects with {@link RefusedForGood} when trying again is of
   * no use.
   */
  readonly send: (mail: Mail, signal: AbortSignal) => Promise<void>
}

/** The server will not take this mail, now or later: a permanent negative reply (RFC 5321, section 4.2.1). */
export class RefusedForGood extends Error {
  override readonly name = 'RefusedForGood'
}

/** Milliseconds for each step; the library's own limits are minutes. */
const limits = { connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 8000, dnsTimeout: 3000 }

/** No answering machine answers (RFC 3834). */
const headers = { 'Auto-Submitted': 'auto-generated' }

/** Mail over SMTP, a connection a mail: nothing is queued in memory, so there is nothing to lose. */
export const createSmtpTransport = (url: string): MailTransport => {
  const { hostname, port, protocol, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    ...limits,
  })
  return {
    send: async (mail, signal) => {
      try {
        await transport.sendMail({
          ...mail,
          headers,
          signal,
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        const { success, data } = refusal.safeParse(error)
        if (success) throw new RefusedForGood(`The server answered ${data.responseCode}.`, { cause: error })
        throw signal.aborted ? new Error('The server did not answer in time.', { cause: error }) : error
      }
    },
  }
}

/**
 * A permanent answer to this mail's sender, recipient or content. One to the greeting or the sign-in is about
 * the server and us: the mail can wait until that is mended.
 */
const refusal = z.object({
  code: z.enum(['EENVELOPE', 'EMESSAGE']),
  responseCode: z.int().min(500).max(599),
})
