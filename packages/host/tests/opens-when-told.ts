import { once } from 'node:events'
import { silentLogger } from '@plinth/telemetry'
import { stopOnSignal } from '../src/index.ts'

/** Something that takes its time to open, until it is told to: for the test of what happens meanwhile. */
const open = async (): Promise<AsyncDisposable> => {
  console.log('opening')
  await once(process.stdin, 'data')
  console.log('open')
  return { [Symbol.asyncDispose]: async () => console.log('closed') }
}

const opening = open()
stopOnSignal(silentLogger, opening)
await opening
