import { rm } from 'node:fs/promises'
import { startEmbeddedPostgres } from '@plinth/embedded'
import type { PrivateService } from './private-service.ts'
import { leaveReaper } from './reaper.ts'
import { throwawayFolder } from './throwaway-folder.ts'

/** Nothing here outlives the run, so nothing is made safe against a power cut. */
const forgetful = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=256MB',
  'autovacuum=off',
]

/** PostgreSQL 18 in a folder of its own, gone with it afterwards. */
export async function startPrivatePostgres(): Promise<PrivateService> {
  const folder = await throwawayFolder('postgres')
  try {
    const server = await startEmbeddedPostgres({
      directory: folder,
      postgresFlags: forgetful.flatMap(setting => ['-c', setting]),
    })
    const reaper = leaveReaper([{ pid: server.pid, signal: 'QUIT' }], folder)
    return {
      url: server.url,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        reaper[Symbol.dispose]()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
