import { getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { hashSync, verifySync } from '@node-rs/argon2'
import type { HashingAnswer, HashingTask } from './hashing-threads.ts'

/** argon2id, the library's default, with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

// On Linux this is about the thread that asks for it, elsewhere about the whole process.
if (process.platform === 'linux') setPriority(0, Math.min(getPriority() + 5, 19))

parentPort?.on('message', (task: HashingTask) => {
  parentPort?.postMessage(answerTo(task))
})

const answerTo = ({ password, known }: HashingTask): HashingAnswer => {
  try {
    if (known === undefined) return { hash: hashSync(password, parameters) }
    return { fits: verifySync(known, password) }
  } catch (error) {
    return { error }
  }
}
