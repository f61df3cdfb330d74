import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { serverAccount } from './account.ts'
import { packagedBinaries, reachableBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { freePort } from './free-port.ts'
import { prepareDirectory, shelters } from './place.ts'
import { occupant } from './postmaster.ts'
import { DirectoryHeldError, PortTakenError, startServer, stopServer } from './server.ts'

/** How to start an embedded PostgreSQL. */
export type EmbeddedPostgresOptions = {
  /** Where the data lies, kept across starts. As root and where PostgreSQL's user cannot enter, a substitute is used. */
  directory: string
  /** The TCP port wanted on 127.0.0.1. Taken, or not given: another free one. */
  port?: number
  /** The database the URL names, created with the cluster. Default: `plinth`. */
  database?: string
  /** Further arguments of `postgres`, e.g. `['-c', 'fsync=off']`. */
  postgresFlags?: readonly string[]
  /** Told what is going on before a step that takes a second or more. */
  onProgress?: (step: string) => void
  /** Told, one line each, what the user should know: another folder or port, a killed run cleaned up. */
  log?: (line: string) => void
}

/** A running PostgreSQL. Disposing of it stops the server cleanly and keeps the data. */
export type EmbeddedPostgres = AsyncDisposable & {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/<database>`, superuser. */
  readonly url: string
  /** Where the data really lies. */
  readonly directory: string
  /** The server's process. */
  readonly pid: number
}

/**
 * Starts PostgreSQL 18 from the packages installed, on 127.0.0.1 alone, and resolves when it takes
 * connections: about a second and a half in a new directory, a fraction of one after that.
 *
 * What a killed run left behind is taken care of. A directory that another living process holds is refused
 * with an error that names it. If this process exits without disposing, the server is told to stop.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { database = 'plinth', postgresFlags = [], onProgress = () => {}, log = () => {} } = options
  const account = await serverAccount(log)
  const place = await prepareDirectory(options.directory, account, log)
  const shelter = shelters.includes(dirname(place.directory))
    ? dirname(place.directory)
    : (shelters[0] ?? place.directory)
  const binaries = await reachableBinaries(packagedBinaries(), shelter, account)
  const password = await ensureCluster(place, binaries, account, { database, onProgress })

  const found = await occupant(place.data)
  if (found.kind === 'held') throw new DirectoryHeldError(place.directory, found.by)
  if (found.kind === 'stale') await rm(join(place.data, 'postmaster.pid'), { force: true })
  if (found.kind === 'orphan') {
    log(`Stopping the PostgreSQL (process ${found.pid}) that a killed run left behind`)
    await stopServer(place, binaries, account)
  }

  const wanted = options.port ?? 0
  let port = await freePort(wanted)
  for (let attempt = 1; ; attempt++) {
    if (wanted !== 0 && port !== wanted) log(`Port ${wanted} is taken: PostgreSQL listens on ${port}`)
    try {
      const server = await startServer(place, binaries, account, { port, postgresFlags, onProgress, log })
      const url = `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
      return { url, directory: place.directory, pid: server.pid, [Symbol.asyncDispose]: server.stop }
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === 5) throw error
      port = await freePort()
    }
  }
}
