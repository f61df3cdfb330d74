import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoadOrder, LoadResult } from './load-process.ts'

/** Puts load on a server from a process of its own, and says what came of it. */
export const load = async (order: LoadOrder): Promise<LoadResult> => {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    child.send(order)
    const [result] = await Promise.race([once(child, 'message'), once(child, 'exit').then(failed)])
    return result as LoadResult
  } finally {
    child.kill()
  }
}

const failed = ([code]: unknown[]): never => {
  throw new Error(`the load generator ended with ${String(code)}`)
}
