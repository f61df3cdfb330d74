import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionOptions,
} from 'nodemailer/lib/smtp-connection'
import type { MimeMail } from './mime.ts'

/** How to speak with the server. */
export interface SessionOptions {
  readonly connection: SMTPConnectionOptions
  /** Left out where the server lets everybody in. */
  readonly auth?: SMTPConnectionAuth | undefined
  /** Mails after which a session is ended. */
  readonly mostMails: number
  /** Milliseconds after which one that nobody uses is. */
  readonly idleMs: number
}

/** A session with the server, of one mail at a time. */
interface Session {
  readonly send: (mail: MimeMail) => Promise<void>
  /** After a mail that did not go out: makes ready for the next, or ends. */
  readonly recover: () => Promise<void>
  /** Whether it can take another mail. */
  readonly usable: () => boolean
  readonly quit: () => void
}

/** Sends mails, each in a session that is open already where there is one; one that is lost is not replaced for its mail. */
export const createSessions = (options: SessionOptions): ((mail: MimeMail) => Promise<void>) => {
  const idle = new Map<Session, NodeJS.Timeout>()

  const take = (): Session | undefined => {
    for (const [session, timer] of idle) {
      clearTimeout(timer)
      idle.delete(session)
      if (session.usable()) return session
    }
    return undefined
  }

  const putBack = (session: Session) => {
    if (!session.usable()) return session.quit()
    const leave = () => {
      idle.delete(session)
      session.quit()
    }
    idle.set(session, setTimeout(leave, options.idleMs).unref())
  }

  return async mail => {
    const session = take() ?? (await open(options))
    try {
      await session.send(mail)
    } catch (error) {
      // Whoever sent it hears of it now, however long the server takes for that.
      void session.recover().then(() => putBack(session))
      throw error
    }
    putBack(session)
  }
}

const open = async ({ connection: settings, auth, mostMails }: SessionOptions): Promise<Session> => {
  const connection = new SMTPConnection(settings)
  let [over, sent] = [false, 0]
  const lost = new Promise<never>((_, reject) => {
    connection.on('error', reject)
    connection.once('end', () => {
      over = true
      reject(new Error('The server has ended the session.'))
    })
  })
  lost.catch(() => undefined)
  /** A step of the conversation, as long as there is one. */
  const step = (take: (done: (error?: Error | null, result?: unknown) => void) => void) =>
    Promise.race([
      lost,
      new Promise<void>((resolve, reject) => take(error => (error ? reject(error) : resolve()))),
    ])
  const close = () => {
    over = true
    connection.close()
  }
  try {
    await step(done => connection.connect(done))
    if (auth !== undefined && connection.allowsAuth) await step(done => connection.login(auth, done))
  } catch (error) {
    close()
    throw error
  }
  return {
    usable: () => !over && sent < mostMails,
    quit: () => (over ? undefined : connection.quit()),
    send: ({ from, to, message }) => {
      sent += 1
      return step(done => connection.send({ from, to: [to], size: message.length }, message, done))
    },
    // Who has only refused a mail takes the next one.
    recover: () => step(done => connection.reset(done)).catch(close),
  }
}
