import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import { freePort } from './free-port.ts'

const MAX_MAIL_BYTES = 10 * 1024 * 1024

/** How to receive mail. */
export type SmtpReceiverOptions = {
  /** The TCP port wanted on 127.0.0.1. Taken, or not given: another free one. */
  port?: number
  /** Takes one message; the sender is answered 250 when it resolves. Throw `SmtpRefusal` to refuse it. */
  onMail: (raw: Buffer, recipients: string[]) => Promise<void>
}

/** A listening SMTP server. Disposing of it cuts off whoever is still connected. */
export type SmtpReceiver = AsyncDisposable & {
  /** `smtp://127.0.0.1:<port>`, no TLS, no authentication. */
  readonly smtpUrl: string
}

/** An answer other than 250 after the message: 4xx says try again, 5xx says never. */
export class SmtpRefusal extends Error {
  readonly responseCode: number
  constructor(responseCode: number, message: string) {
    super(message)
    this.name = 'SmtpRefusal'
    this.responseCode = responseCode
  }
}

/** Listens for SMTP on 127.0.0.1. Messages above 10 MiB are refused with 552. */
export async function startSmtpReceiver(options: SmtpReceiverOptions): Promise<SmtpReceiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: MAX_MAIL_BYTES,
    closeTimeout: 50,
    onData(stream, session, answer) {
      const recipients = session.envelope.rcptTo.map(recipient => recipient.address)
      receive(stream, recipients, options.onMail).then(
        () => answer(),
        error => answer(error instanceof Error ? error : new Error(String(error))),
      )
    },
  })
  // A client that breaks off is no failure of ours.
  server.on('error', () => {})
  const port = await listen(server, await freePort(options.port))
  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise(resolve => server.close(() => resolve())),
  }
}

async function receive(
  stream: Readable,
  recipients: string[],
  onMail: SmtpReceiverOptions['onMail'],
): Promise<void> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size <= MAX_MAIL_BYTES) chunks.push(chunk)
  }
  if (size > MAX_MAIL_BYTES) throw new SmtpRefusal(552, 'The message is too large')
  await onMail(Buffer.concat(chunks), recipients)
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve(port)
    })
  })
}
