import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Who runs PostgreSQL: nothing set means this process's own user. */
export type Account = { uid?: number; gid?: number }

/**
 * The account PostgreSQL runs under. It refuses to run as root, so root hands over to the system user
 * `postgres`, which is created when there is none (said through `log`).
 */
export async function serverAccount(log: (line: string) => void): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const known = await lookUp()
  if (known) return known
  await createUser()
  const created = await lookUp()
  if (!created) {
    throw new Error(
      'PostgreSQL does not run as root, and no system user "postgres" could be created. ' +
        'Run as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
    )
  }
  log('PostgreSQL does not run as root: created the system user "postgres" for it')
  return created
}

/** Whether the account can enter this existing folder: true for this process's own user. */
export async function mayEnter(folder: string, account: Account): Promise<boolean> {
  if (account.uid === undefined) return true
  return run('/bin/sh', ['-c', 'cd "$0"', folder], { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  )
}

async function lookUp(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) }
  } catch {
    return undefined
  }
}

/** shadow's tools first, then busybox's. Whether it worked is seen by looking the user up again. */
async function createUser(): Promise<void> {
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
    .catch(() => run('adduser', ['-S', '-D', '-H', 'postgres']))
    .catch(() => undefined)
}
