import { once } from 'node:events'
import { silentLogger } from '@plinth/telemetry'
import { stopOnSignal } from '../src/index.ts'

/** Something that takes its time to open, until it is told to: for the test of what happens meanwhile. */
const open = async (): Promise<AsyncDisposable> => {
  await once(process.stdin, 'data')
  console.log('open')
  return { [Symbol.asyncDispose]: async () => console.log('closed') }
}

const opening = open()
stopOnSignal(silentLogger, opening)
// Only now: whoever reads it sends the signal at once.
console.log('opening')
await opening
