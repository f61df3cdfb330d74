import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { type Config, ConfigError } from './config.ts'
import type { LocalMailbox } from './local-mailbox.ts'
import { everywhere, isHere, type Place } from './place.ts'
import { keysIn, type PrivateJwk } from './signing-keys.ts'

/** What the shop runs on: named by the configuration, or standing in for what it does not name. */
export interface Foundations extends AsyncDisposable {
  readonly databaseUrl: string
  readonly smtpUrl: string
  readonly keys: readonly PrivateJwk[]
  /** Where mails are caught, when no SMTP server is configured and they are sent from here. */
  readonly mailbox: LocalMailbox | undefined
}

/** Hears of steps that take a while, and of things the user should know. */
export type Tell = (line: string) => void

/**
 * Stands in for what is not configured, under `DATA_DIR`: an embedded PostgreSQL, a mailbox, signing keys.
 * In production the configuration names everything, or it would not have been accepted.
 */
export const layFoundations = async (
  config: Config,
  tell: Tell,
  place: Place = everywhere,
): Promise<Foundations> => {
  const directory = resolve(config.DATA_DIR)
  const server = config.DATABASE_URL === undefined ? await embeddedPostgres(directory, tell) : undefined
  try {
    // Only users sign access tokens; whoever else is given keys signs calls with them, and needs no others.
    const given = config.JWT_KEYS ?? (isHere(place, 'users', config) ? undefined : config.SERVICE_KEYS)
    const keys = given ?? (await keysIn(directory))
    const wantsMailbox = config.SMTP_URL === undefined && isHere(place, 'notifications', config)
    const mailbox = wantsMailbox ? await localMailbox(directory) : undefined
    return {
      databaseUrl: config.DATABASE_URL ?? server?.url ?? '',
      smtpUrl: config.SMTP_URL ?? mailbox?.smtpUrl ?? '',
      keys,
      mailbox,
      async [Symbol.asyncDispose]() {
        try {
          await mailbox?.[Symbol.asyncDispose]()
        } finally {
          await server?.[Symbol.asyncDispose]()
        }
      },
    }
  } catch (error) {
    await server?.[Symbol.asyncDispose]()
    throw error
  }
}

/** Where the embedded PostgreSQL of a running shop is; undefined when none is open on this folder. */
export const databaseOfOpenShop = async (config: Config): Promise<string | undefined> => {
  const noted = await readFile(addressIn(resolve(config.DATA_DIR)), 'utf8').catch(() => undefined)
  const url = noted?.trim()
  // What was killed could not take its note along.
  return url !== undefined && (await isOpen(new URL(url))) ? url : undefined
}

const isOpen = async ({ hostname, port }: URL): Promise<boolean> => {
  const socket = connect({ host: hostname, port: Number(port), timeout: 1000 })
  try {
    return await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'timeout').then(() => false),
    ])
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

const addressIn = (directory: string) => join(directory, 'database-url')

// Loaded only where it is needed: production installs do without it.
const embeddedPostgres = async (
  directory: string,
  tell: Tell,
): Promise<AsyncDisposable & { readonly url: string }> => {
  const { startEmbeddedPostgres } = await import('@plinth/embedded')
  const starting = startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    onProgress: tell,
    log: tell,
  })
  const server = await starting.catch(cannotStart)
  const stop = () => server[Symbol.asyncDispose]()
  try {
    await writeFile(addressIn(directory), `${server.url}\n`, { mode: 0o600 })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: server.url,
    [Symbol.asyncDispose]: () => rm(addressIn(directory), { force: true }).finally(stop),
  }
}

/** A folder that is in use or cannot be used is for the user to mend. */
const cannotStart = (error: unknown): never => {
  if (!(error instanceof Error)) throw error
  throw new ConfigError([`DATA_DIR: there is no database to be had there: ${error.message}`], {
    cause: error,
  })
}

const localMailbox = async (directory: string): Promise<LocalMailbox> => {
  const { startMailbox } = await import('@plinth/embedded')
  return startMailbox({ directory: join(directory, 'mailbox') })
}
