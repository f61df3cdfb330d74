import { Worker } from 'node:worker_threads'

/** A password to be hashed, or to be checked against a known hash. */
export interface HashingTask {
  readonly password: string
  readonly known?: string
}

/** What became of a task. */
export type HashingAnswer =
  | { readonly hash: string }
  | { readonly fits: boolean }
  | { readonly error: unknown }

/** Threads that hash one password at a time each. */
export interface HashingThreads {
  readonly hash: (password: string) => Promise<string>
  readonly verify: (password: string, known: string) => Promise<boolean>
}

/**
 * As many threads as there ever were tasks at a time, opened when they are first needed. They have a lower priority than
 * the rest of the process: while many people sign in, whoever looks at products does not wait for a processor.
 */
export const createHashingThreads = (): HashingThreads => {
  const idle = new Set<Worker>()
  const open = () => {
    const thread = new Worker(entry)
    // Whoever waits for it hears of it besides; the next task gets another one.
    thread.on('error', () => undefined).on('exit', () => idle.delete(thread))
    return thread
  }
  const ask = (task: HashingTask) =>
    new Promise<HashingAnswer>((resolve, reject) => {
      const [thread = open()] = idle
      idle.delete(thread)
      const answered = (answer: HashingAnswer) => {
        thread.off('error', reject).off('exit', lost).unref()
        idle.add(thread)
        resolve(answer)
      }
      const lost = (code: number) => reject(new Error(`a thread for hashing ended with ${code}`))
      // It keeps the process from ending only while somebody waits for it.
      thread.ref()
      thread.once('message', answered).once('error', reject).once('exit', lost)
      thread.postMessage(task)
    })
  return {
    hash: async password => {
      const answer = await ask({ password })
      if ('hash' in answer) return answer.hash
      throw failureIn(answer)
    },
    verify: async (password, known) => {
      const answer = await ask({ password, known })
      if ('fits' in answer) return answer.fits
      throw failureIn(answer)
    },
  }
}

const failureIn = (answer: HashingAnswer): unknown =>
  'error' in answer ? answer.error : new Error('a thread for hashing answered something else')

/** Beside this file, in the language that this is in. */
const entry = new URL(`./hashing-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
