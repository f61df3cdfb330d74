import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@plinth/embedded'
import { leaveReaper } from './reaper.ts'
import { throwawayFolder } from './throwaway-folder.ts'

/** Two servers of PostgreSQL 18, of which one follows the other. */
export interface PrivateReplica extends AsyncDisposable {
  /** Superuser. */
  readonly primaryUrl: string
  /** Takes reads alone. */
  readonly replicaUrl: string
  /** Nothing answers at `replicaUrl` from then on. */
  killReplica(): Promise<void>
}

const flagsOf = (settings: readonly string[]) => settings.flatMap(setting => ['-c', setting])

/** What following takes, and nothing that would outlive the machine. */
const primarySettings = ['fsync=off', 'wal_level=replica', 'max_wal_senders=4', 'autovacuum=off']

/** Starts a primary, and a copy of it that follows it by streaming (PostgreSQL manual, section 26.2). */
export async function startPrivateReplica(): Promise<PrivateReplica> {
  await using stack = new AsyncDisposableStack()
  const folders = await Promise.all([throwawayFolder('primary'), throwawayFolder('replica')])
  stack.defer(async () => {
    await Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true })))
  })
  const [directory, copy] = folders
  const postgresFlags = flagsOf(primarySettings)
  // Copied while it rests: then what it has on the disk is all there is.
  const first = await startEmbeddedPostgres({ directory, postgresFlags })
  await first[Symbol.asyncDispose]()
  // With its owners, as whom PostgreSQL runs.
  await promisify(execFile)('cp', ['-a', `${first.directory}/.`, copy])
  const primary = stack.use(await startEmbeddedPostgres({ directory, postgresFlags }))
  stack.use(reaperOf(primary, directory))
  const { port, password } = new URL(primary.url)
  // A file of that name is all it takes, if it is PostgreSQL's own; whatever is in it.
  await promisify(execFile)('cp', ['-a', `${copy}/data/PG_VERSION`, `${copy}/data/standby.signal`])
  const replica = stack.use(
    await startEmbeddedPostgres({
      directory: copy,
      postgresFlags: flagsOf([
        'fsync=off',
        'hot_standby=on',
        `primary_conninfo=host=127.0.0.1 port=${port} user=postgres password=${decodeURIComponent(password)}`,
      ]),
    }),
  )
  stack.use(reaperOf(replica, copy))
  const running = stack.move()
  return {
    primaryUrl: primary.url,
    replicaUrl: replica.url,
    killReplica: async () => {
      process.kill(replica.pid, 'SIGQUIT')
      await replica[Symbol.asyncDispose]()
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const reaperOf = ({ pid }: { readonly pid: number }, folder: string) =>
  leaveReaper([{ pid, signal: 'QUIT' }], folder)
