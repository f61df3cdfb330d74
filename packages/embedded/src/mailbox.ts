import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Mail, readMail, withRecipients } from './mail.ts'
import { type SmtpReceiver, startSmtpReceiver } from './smtp-receiver.ts'

/** How to start a mailbox. */
export type MailboxOptions = {
  /** Where the mails are kept, one `.eml` file each. */
  directory: string
  /** The TCP port wanted on 127.0.0.1. Taken, or not given: another free one. */
  port?: number
}

/** A mail catcher: it takes every mail for every address and passes none on. */
export type Mailbox = SmtpReceiver & {
  /** Every mail, newest first. */
  list(): Promise<Mail[]>
  /** One mail by its `id`. */
  get(id: string): Promise<Mail | undefined>
  /** Deletes every mail. */
  clear(): Promise<void>
}

/** Starts a local SMTP server that keeps what it gets in `directory`, across restarts. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const { directory } = options
  await mkdir(directory, { recursive: true })
  const mails = new Map(await readKept(directory))
  const receiver = await startSmtpReceiver({
    ...(options.port === undefined ? {} : { port: options.port }),
    async onMail(raw, recipients) {
      const id = newId(new Date())
      const delivered = withRecipients(raw, recipients)
      await keep(directory, id, delivered)
      mails.set(id, await readMail(id, delivered, arrival(id)))
    },
  })
  return {
    ...receiver,
    list: async () => [...mails.values()].sort((a, b) => (a.id < b.id ? 1 : -1)),
    get: async id => mails.get(id),
    clear: async () => {
      const ids = [...mails.keys()]
      mails.clear()
      await Promise.all(ids.map(id => rm(join(directory, `${id}.eml`), { force: true })))
    },
  }
}

async function readKept(directory: string): Promise<[string, Mail][]> {
  const files = (await readdir(directory)).filter(name => /^\d{13}-\d{6}-[0-9a-f]{8}\.eml$/.test(name))
  return Promise.all(
    files.map(async (name): Promise<[string, Mail]> => {
      const id = name.slice(0, -'.eml'.length)
      return [id, await readMail(id, await readFile(join(directory, name)), arrival(id))]
    }),
  )
}

/** Written beside and moved: a file that is there is whole. */
async function keep(directory: string, id: string, raw: Buffer): Promise<void> {
  const partial = join(directory, `${id}.part`)
  await writeFile(partial, raw)
  await rename(partial, join(directory, `${id}.eml`))
}

let counter = 0

/** Milliseconds, then a count for mails of the same millisecond, then chance. */
function newId(at: Date): string {
  counter = (counter + 1) % 1_000_000
  return `${String(at.getTime()).padStart(13, '0')}-${String(counter).padStart(6, '0')}-${randomBytes(4).toString('hex')}`
}

function arrival(id: string): Date {
  return new Date(Number(id.slice(0, 13)))
}
