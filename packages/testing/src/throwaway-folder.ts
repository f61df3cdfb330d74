import { constants } from 'node:fs'
import { access, mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where Linux keeps files in memory. A database made there takes 20 ms, where a busy disk takes over a second. */
const inMemory = '/dev/shm'
const ENOUGH_BYTES = 2 * 1024 ** 3

/** Makes a folder for what need not outlive the run, in memory where there is room. The caller removes it. */
export async function throwawayFolder(name: string): Promise<string> {
  return mkdtemp(join((await hasRoom(inMemory)) ? inMemory : tmpdir(), `plinth-test-${name}-`))
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize >= ENOUGH_BYTES
  } catch {
    return false
  }
}
