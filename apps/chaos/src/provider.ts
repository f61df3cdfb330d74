import { join } from 'node:path'
import { type JournalEntry, paymentsContract } from '@plinth/payments-contract'
import { createServerProcess, type ServerProcess } from './server-process.ts'

/** The payment provider as a process of its own: nothing in the shop can change what it remembers. */
export interface Provider extends ServerProcess {
  /** Every capture and refund it ever made, oldest first, by its own account. */
  readonly journal: () => Promise<readonly JournalEntry[]>
}

const entry = join(import.meta.dirname, '..', '..', 'sandbox', 'src', 'main.ts')

/** Starts the sandbox, with its books in a file of the folder. */
export const startProvider = async (folder: string): Promise<Provider> => {
  const env = { JOURNAL: join(folder, 'provider.jsonl') }
  const server = await createServerProcess('provider', { entry, env: () => env, folder })
  await server.start()
  return {
    ...server,
    async journal() {
      const answer = await fetch(`${server.url}/journal`)
      return paymentsContract.operations.readJournal.output.parse(await answer.json()).data
    },
  }
}
