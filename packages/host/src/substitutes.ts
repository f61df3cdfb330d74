import { join, resolve } from 'node:path'
import type { Mailbox } from '@plinth/embedded'
import type { Config } from './config.ts'
import { keysIn, type PrivateJwk } from './signing-keys.ts'

/** What the shop runs on: named by the configuration, or standing in for what it does not name. */
export interface Foundations extends AsyncDisposable {
  readonly databaseUrl: string
  readonly smtpUrl: string
  readonly keys: readonly PrivateJwk[]
  /** Where mails are caught, when no SMTP server is configured. */
  readonly mailbox: Mailbox | undefined
}

/** Hears of steps that take a while, and of things the user should know. */
export type Tell = (line: string) => void

/**
 * Stands in for what is not configured, under `DATA_DIR`: an embedded PostgreSQL, a mailbox, signing keys.
 * In production the configuration names everything, or it would not have been accepted.
 */
export const layFoundations = async (config: Config, tell: Tell): Promise<Foundations> => {
  const directory = resolve(config.DATA_DIR)
  await using started = new AsyncDisposableStack()
  const database =
    config.DATABASE_URL === undefined ? started.use(await embeddedPostgres(directory, tell)) : undefined
  const mailbox = config.SMTP_URL === undefined ? started.use(await localMailbox(directory)) : undefined
  const keys = config.JWT_KEYS ?? (await keysIn(directory))
  const running = started.move()
  return {
    databaseUrl: config.DATABASE_URL ?? database?.url ?? '',
    smtpUrl: config.SMTP_URL ?? mailbox?.smtpUrl ?? '',
    keys,
    mailbox,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

// Loaded only where it is needed: production installs do without it.
const embeddedPostgres = async (directory: string, tell: Tell) => {
  const { startEmbeddedPostgres } = await import('@plinth/embedded')
  return startEmbeddedPostgres({ directory: join(directory, 'postgres'), onProgress: tell, log: tell })
}

const localMailbox = async (directory: string) => {
  const { startMailbox } = await import('@plinth/embedded')
  return startMailbox({ directory: join(directory, 'mailbox') })
}
