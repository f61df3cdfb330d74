import { type Mail, readMail, SmtpRefusal, startSmtpReceiver } from '@plinth/embedded'
import { eventually } from './eventually.ts'

/**
 * How a sink fails: an SMTP code after the message (4xx temporary, 5xx permanent; the mail is not kept),
 * `hang` (never answers, not kept), `lost-reply` (kept, yet the sender never hears of it).
 */
export type MailFault = number | 'hang' | 'lost-reply'

/** An SMTP server in memory. */
export type MailSink = AsyncDisposable & {
  /** `smtp://127.0.0.1:<port>`, for a mailer's configuration. */
  readonly url: string
  /** What was kept, oldest first. */
  mails(): readonly Mail[]
  /** How many messages were sent to it in full, refused ones included. */
  attempts(): number
  /** The first mail that fits, waited for `within` milliseconds (default 5000). */
  waitFor(fits: (mail: Mail) => boolean, options?: { within?: number }): Promise<Mail>
  /** Every message from now on meets this fault; `undefined` ends it. */
  failWith(fault: MailFault | undefined): void
}

/** Starts a mail sink on a free port of 127.0.0.1. */
export async function startMailSink(): Promise<MailSink> {
  const kept: Mail[] = []
  let attempts = 0
  let fault: MailFault | undefined
  const receiver = await startSmtpReceiver({
    async onMail(raw, recipients) {
      const failing = fault
      attempts += 1
      if (typeof failing === 'number') throw new SmtpRefusal(failing, 'The sink was told to fail')
      if (failing === 'hang') return never
      const mail = await readMail(String(attempts), raw, new Date())
      kept.push({ ...mail, to: recipients })
      if (failing === 'lost-reply') return never
    },
  })
  return {
    url: receiver.smtpUrl,
    mails: () => kept,
    attempts: () => attempts,
    waitFor: (fits, { within = 5000 } = {}) => eventually(() => firstThat(kept, fits), { within, every: 10 }),
    failWith(next) {
      fault = next
    },
    [Symbol.asyncDispose]: receiver[Symbol.asyncDispose],
  }
}

const never = new Promise<never>(() => {})

function firstThat(mails: readonly Mail[], fits: (mail: Mail) => boolean): Mail {
  const found = mails.find(fits)
  if (found) return found
  throw new Error(`no such mail among ${mails.length}: ${mails.map(mail => mail.subject).join(', ')}`)
}
