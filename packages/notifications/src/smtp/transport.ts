import { z } from 'zod'
import { mimeOf } from './mime.ts'
import { createSessions } from './sessions.ts'

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
  /** How many mails may be handed over at a time; one more is refused. */
  readonly lanes: number
  /**
   * Hands a mail over. Rejects with {@link RefusedForGood} or {@link RefusedForNow} when the server is there and said
   * no to this mail, with anything else when it is the server that does not work. It ends in its own time, which may
   * be later than whoever asked has patience for.
   */
  readonly send: (mail: Mail) => Promise<void>
}

/** The server will not take this mail, now or later: a permanent negative reply (RFC 5321, section 4.2.1). */
export class RefusedForGood extends Error {
  override readonly name = 'RefusedForGood'
}

/** The server will not take this mail at this moment: a transient negative reply. */
export class RefusedForNow extends Error {
  override readonly name = 'RefusedForNow'
}

/** Milliseconds for each step; the library's own limits are minutes. */
const limits = { connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 8000, dnsTimeout: 3000 }

/** At the same time. What would have to wait for one cannot be called back, so it is refused. */
const mostSessions = 4

/** Mail over SMTP. It is tried once: trying again is for whoever wrote it down. */
export const createSmtpTransport = (url: string): MailTransport => {
  const { hostname, port, protocol, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const send = createSessions({
    connection: {
      host: hostname.replaceAll(/[[\]]/g, ''),
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      ...limits,
    },
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    mostMails: 100,
    idleMs: 1_000,
  })
  let handingOver = 0
  return {
    lanes: mostSessions,
    send: async mail => {
      if (handingOver >= mostSessions) throw new Error('The connections to the server are all taken.')
      handingOver += 1
      try {
        await send(mimeOf(mail))
      } catch (error) {
        throw verdictOn(error)
      } finally {
        handingOver -= 1
      }
    },
  }
}

/** What an error of nodemailer's says about the mail; the error itself where it is about the server and us. */
const verdictOn = (error: unknown): unknown => {
  const { success, data } = refusal.safeParse(error)
  if (!success || aboutUs.has(data.responseCode ?? 0)) return error
  const { responseCode } = data
  if (responseCode === undefined)
    return new RefusedForGood('It is not fit to be sent to this server.', { cause: error })
  const verdict = responseCode < 500 ? RefusedForNow : RefusedForGood
  return new verdict(`The server answered ${responseCode}.`, { cause: error })
}

/**
 * An answer to this mail's sender, recipient or content; without a code nodemailer itself has found that it cannot go,
 * as one that is larger than the server says it takes.
 */
const refusal = z.object({
  code: z.enum(['EENVELOPE', 'EMESSAGE']),
  responseCode: z.int().min(400).max(599).optional(),
})

/**
 * The server is closing, or wants another sign-in or encryption (RFC 5321, section 4.2.3; RFC 4954, section 6), though
 * it says so in the midst of a mail: the mail can wait until that is mended.
 */
const aboutUs: ReadonlySet<number> = new Set([421, 454, 530, 534, 535, 538])
