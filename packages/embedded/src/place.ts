import { createHash } from 'node:crypto'
import { chmod, chown, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { type Account, mayEnter } from './account.ts'

/** Where one embedded PostgreSQL keeps everything it has. */
export type Place = {
  /** The folder that holds the others. */
  directory: string
  /** PostgreSQL's own data directory. */
  data: string
  /** What the server says. */
  serverLog: string
}

/** Folders tried, in this order, when the one asked for cannot be entered by the account: the first outlives a reboot. */
export const shelters = ['/var/lib/plinth', join(tmpdir(), 'plinth')]

/**
 * Makes `directory` ready for the account. A folder it cannot enter (under root's home, mode 700) is
 * replaced by one whose name is made from the path asked for, the same at every start.
 */
export async function prepareDirectory(
  asked: string,
  account: Account,
  log: (line: string) => void,
): Promise<Place> {
  const directory = resolve(asked)
  if (await prepared(directory, account).catch(error => refuse(directory, error))) return placeAt(directory)
  const key = createHash('sha256').update(directory).digest('hex').slice(0, 8)
  const name = `${basename(dirname(directory))}-${basename(directory)}-${key}`.replace(/[^\w-]/g, '')
  for (const shelter of shelters) {
    const substitute = join(shelter, name)
    if (await prepared(substitute, account).catch(() => false)) {
      log(`The system user "postgres" cannot enter ${directory}: the database lies in ${substitute}`)
      return placeAt(substitute)
    }
  }
  throw new Error(
    `PostgreSQL runs as the system user "postgres", which cannot enter ${directory}. ` +
      'Set DATA_DIR to a folder outside of home folders, or DATABASE_URL to a PostgreSQL of your own.',
  )
}

async function prepared(directory: string, account: Account): Promise<boolean> {
  const parent = dirname(directory)
  const first = await mkdir(parent, { recursive: true })
  if (first !== undefined && account.uid !== undefined) await openUp(first, parent)
  if (!(await mayEnter(parent, account))) return false
  await mkdir(directory, { recursive: true })
  await chmod(directory, 0o700)
  if (account.uid !== undefined && account.gid !== undefined) await chown(directory, account.uid, account.gid)
  return true
}

function refuse(directory: string, cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause)
  throw new Error(
    `${directory} cannot be used, another user's perhaps: ${reason}. Set DATA_DIR to a folder of your own.`,
    {
      cause,
    },
  )
}

/** Root's umask may close the folders just made, from `first` down to `last`, to the account. */
async function openUp(first: string, last: string): Promise<void> {
  for (let folder = last; folder.length >= first.length; folder = dirname(folder)) await chmod(folder, 0o755)
}

function placeAt(directory: string): Place {
  return {
    directory,
    data: join(directory, 'data'),
    serverLog: join(directory, 'server.log'),
  }
}
