import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { order } from '@plinth/orders-contract'
import { startSandboxServer } from '@plinth/payments'
import { eventually, startFaultProxy } from '@plinth/testing'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { type Answer, clientOf } from './client.ts'
import { fillCarts, givenBuyers, givenSigner } from './crowd.ts'
import { givenShop } from './given-shop.ts'
import { dataFolder, type Ended, type HostProcess, startHost } from './host-process.ts'
import { comesToRest } from './look-back.ts'
import { signUp } from './people.ts'
import { buy, cancel, checkout, checkoutToTheEnd, offer, putIntoCart } from './shopping.ts'

const budgetMs = 10_000

const toldToStop = async (host: HostProcess): Promise<Ended & { readonly ms: number }> => {
  const told = performance.now()
  return { ...(await host.stop()), ms: performance.now() - told }
}

test('a host that is told to stop under load answers everybody whom it let in, and the other serves on', async () => {
  const signer = givenSigner()
  await using staying = await givenShop({}, signer.env)
  await using leaving = await startHost(staying.env)
  await using stack = new AsyncDisposableStack()
  const database = postgres(staying.databaseUrl, { max: 1, onnotice: () => undefined })
  stack.defer(() => database.end())
  const wanted = await offer(staying.seller, { stock: 2000 })
  const buyers = await givenBuyers(database, signer, 2000)
  await fillCarts(database, new Map(buyers.map(buyer => [buyer, [wanted.variant.id]])))

  const answered: Answer[] = []
  const unanswered: string[] = []
  let left = false
  const buyHere = async () => {
    for (let buyer = buyers.pop(); buyer !== undefined && !left; buyer = buyers.pop()) {
      const key = randomUUID()
      try {
        answered.push(await checkout(clientOf(leaving.url, buyer.accessToken), 'tok_approved', key))
      } catch {
        unanswered.push(key)
        left = true
      }
    }
  }
  const there: Answer[] = []
  const buyThere = async () => {
    for (let buyer = buyers.pop(); buyer !== undefined && !left; buyer = buyers.pop())
      there.push(await checkoutToTheEnd(clientOf(staying.url, buyer.accessToken)))
  }
  const load = Promise.all([...Array.from({ length: 20 }, buyHere), buyThere(), buyThere()])
  await eventually(() => answered.length >= 100, { within: 60_000 })
  const { code, ms } = await toldToStop(leaving)
  await load

  expect(code).toBe(0)
  expect(ms).toBeLessThan(budgetMs)
  // Who found the door closed was not let in: nothing of it is known.
  expect(await database`select 1 from orders.checkout_key where key = any(${unanswered})`).toEqual([])
  expect(await database`select 1 from gateway.idempotency_key where key = any(${unanswered})`).toEqual([])
  await comesToRest(staying.databaseUrl)
  // A host that is busy may say 202, and settle the order later; or 503, and there is none.
  expect([201, 202, 503]).toEqual(expect.arrayContaining([...new Set(answered.map(each => each.status))]))
  const told = [...answered, ...there].filter(({ status }) => status !== 503)
  const ids = told.map(answer => answer.expect(answer.status, order).id)
  const [kept] = await database`
    select count(*)::int as paid from orders.order where id = any(${ids}::uuid[]) and status = 'paid'`
  expect(kept).toEqual({ paid: ids.length })
})

test('a host stops in time while a refund backs off, the provider hangs and the mail server hangs, and another goes on', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await dataFolder())
  const sandbox = stack.use(await startSandboxServer({ journal: join(folder.path, 'sandbox.jsonl') }))
  const provider = stack.use(await startFaultProxy(sandbox.url))
  await using staying = await givenShop({}, { SANDBOX_URL: provider.url })
  const { mails, seller, admin } = staying
  const wanted = await offer(seller)
  const [unlucky, late] = [
    await signUp(staying.url, 'Unlucky Buyer'),
    await signUp(staying.url, 'Late Buyer'),
  ]
  const cancelled = await buy(unlucky, wanted, 1, 'tok_refund_down')
  await comesToRest(staying.databaseUrl, sandbox.url)
  // From here on there is one host, which has all the work.
  expect((await staying.host.stop()).code).toBe(0)
  await using leaving = await startHost(staying.env)
  const [buyer, other] = [late, unlucky].map(({ accessToken }) => clientOf(leaving.url, accessToken))
  if (buyer === undefined || other === undefined) throw new Error('nobody is there')

  mails.failWith('hang')
  const attempts = mails.attempts()
  await cancel(other, cancelled)
  await eventually(() => mails.attempts() > attempts, { within: 15_000 })
  await eventually(
    async () => {
      const { json } = await clientOf(leaving.url, admin.accessToken).get('/v1/admin/refunds')
      expect(json).toMatchObject({ data: [{ status: 'pending', attempts: 2 }] })
    },
    { within: 30_000, every: 50 },
  )
  await putIntoCart(buyer, wanted)
  provider.hang()
  const key = randomUUID()
  const inFlight = checkout(buyer, 'tok_approved', key)
  await eventually(async () => expect((await buyer.get('/v1/orders')).json).toMatchObject({ data: [{}] }), {
    within: 15_000,
    every: 10,
  })
  const { code, ms } = await toldToStop(leaving)
  expect(code).toBe(0)
  expect(ms).toBeLessThan(budgetMs)
  const pending = (await inFlight).expect(202, order)

  await provider.up()
  mails.failWith(undefined)
  await using next = await startHost(staying.env)
  await clientOf(next.url, admin.accessToken).put('/v1/admin/sandbox/refunds', { mode: 'up' })
  const settled = await checkoutToTheEnd(clientOf(next.url, late.accessToken), { key })
  expect(settled.expect(201, order).id).toBe(pending.id)
  await comesToRest(staying.databaseUrl, sandbox.url)
})
