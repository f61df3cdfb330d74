import { rm } from 'node:fs/promises'
import { startEmbeddedPostgres } from '@plinth/embedded'
import { eventually } from './eventually.ts'
import type { MortalService } from './private-service.ts'
import { leaveReaper } from './reaper.ts'
import { throwawayFolder } from './throwaway-folder.ts'

/** Nothing here outlives the machine, so nothing is made safe against a power cut. */
const forgetful = [
  'fsync=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=256MB',
  'autovacuum=off',
]

/** How to start it. */
export type PrivatePostgresOptions = {
  /** Whether what was committed outlives `kill()`. */
  survivesKill?: boolean
  /** Whether it keeps what it holds as in production, with `fsync` and autovacuum: for whoever measures. */
  asInProduction?: boolean
}

/** PostgreSQL 18 in a folder of its own, gone with it afterwards. */
export async function startPrivatePostgres({
  survivesKill = false,
  asInProduction = false,
}: PrivatePostgresOptions = {}): Promise<MortalService> {
  const folder = await throwawayFolder('postgres')
  const settings = asInProduction ? [] : [...forgetful, `synchronous_commit=${survivesKill ? 'on' : 'off'}`]
  const start = async (port?: number) => {
    const server = await startEmbeddedPostgres({
      directory: folder,
      postgresFlags: settings.flatMap(setting => ['-c', setting]),
      ...(port !== undefined && { port }),
    })
    return { server, reaper: leaveReaper([{ pid: server.pid, signal: 'QUIT' }], folder) }
  }
  try {
    let running = await start()
    const { url } = running.server
    return {
      url,
      async kill() {
        process.kill(running.server.pid, 'SIGKILL')
        await running.server[Symbol.asyncDispose]()
        running.reaper[Symbol.dispose]()
      },
      async restart() {
        // Sessions of the one that was killed need a moment to notice, and hold its memory until then.
        running = await eventually(() => start(Number(new URL(url).port)), { within: 30_000, every: 100 })
        if (running.server.url !== url) throw new Error(`PostgreSQL is at ${running.server.url} now`)
      },
      async [Symbol.asyncDispose]() {
        await running.server[Symbol.asyncDispose]()
        running.reaper[Symbol.dispose]()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
