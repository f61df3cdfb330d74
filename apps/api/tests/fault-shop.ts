import { join } from 'node:path'
import { startSandboxServer } from '@plinth/payments'
import { type JournalEntry, paymentsContract } from '@plinth/payments-contract'
import { type FaultProxy, startFaultProxy } from '@plinth/testing'
import { clientOf } from './client.ts'
import { type Backends, type GivenShop, givenGround } from './given-shop.ts'
import { dataFolder, type Env, startHost } from './host-process.ts'
import { signInAdmin, signUpSeller } from './people.ts'
import { type Offer, offer } from './shopping.ts'

/** A shop that is open, with a payment provider outside and a fault proxy before one of the things it stands on. */
export interface FaultShop extends GivenShop {
  readonly proxy: FaultProxy
  /** Something on sale, enough of it for everybody. */
  readonly wanted: Offer
  /** All that the provider has done, by its own books. */
  readonly readJournal: () => Promise<readonly JournalEntry[]>
}

/** Opens a shop that reaches what an environment variable names through a proxy. */
export const givenFaultShop = async (
  variable: string,
  backends: Backends,
  more: Env = {},
): Promise<FaultShop> => {
  await using stack = new AsyncDisposableStack()
  const ground = stack.use(await givenGround(backends))
  const { path } = stack.use(await dataFolder())
  const provider = stack.use(await startSandboxServer({ journal: join(path, 'provider.jsonl') }))
  // Several of them are open at a time, beside what other tests have.
  const env: Env = { ...ground.env, SANDBOX_URL: provider.url, DATABASE_POOL_SIZE: '5', ...more }
  const proxy = stack.use(await startFaultProxy(env[variable] ?? ''))
  const host = stack.use(await startHost({ ...env, [variable]: proxy.url }))
  // What is to stop in order has what it stands on.
  stack.defer(() => proxy.up())
  const admin = await signInAdmin(host.url)
  const seller = await signUpSeller(host.url, admin, 'Loom and Thread')
  const wanted = await offer(seller, { stock: 100_000 })
  const kept = stack.move()
  return {
    ...ground,
    host,
    url: host.url,
    admin,
    seller,
    wanted,
    proxy,
    readJournal: async () => {
      const answer = await clientOf(provider.url).get('/journal')
      return answer.expect(200, paymentsContract.operations.readJournal.output).data
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
