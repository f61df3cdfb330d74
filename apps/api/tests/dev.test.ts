import { category, product } from '@plinth/catalog-contract'
import { pageOf } from '@plinth/kernel'
import { order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import { tokens, user } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { seedAccounts, seedPassword } from '../src/seed/accounts.ts'
import { type Client, clientOf } from './client.ts'
import { dataFolder, type Env, type HostProcess, runToEnd, startHost } from './host-process.ts'
import { checkout, lookAt } from './shopping.ts'

describe('the shop with nothing installed', () => {
  let data: Awaited<ReturnType<typeof dataFolder>>
  let shop: HostProcess
  const env = () => ({ DATA_DIR: data.path })

  beforeAll(async () => {
    data = await dataFolder()
    shop = await startHost(env(), { entry: 'dev.ts' })
  })
  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]()
    await data?.[Symbol.asyncDispose]()
  })

  test('opens in an empty folder and says where everything is, and who there is', () => {
    for (const word of [shop.url, '/docs', '/mailbox', seedPassword]) expect(shop.output()).toContain(word)
    for (const { email } of Object.values(seedAccounts)) expect(shop.output()).toContain(email)
  })

  test('has some 200 products in a tree of categories', async () => {
    const client = clientOf(shop.url)
    const titles = new Set<string>()
    let cursor: string | null = ''
    do {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = (await client.get(`/v1/products?limit=100${query}`)).expect(200, pageOf(product))
      for (const { id } of page.data) titles.add(id)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(titles.size).toBeGreaterThanOrEqual(180)

    const tree = (await client.get('/v1/categories')).expect(200, z.object({ data: z.array(category) }))
    expect(tree.data.length).toBeGreaterThanOrEqual(3)
    for (const each of tree.data) expect(each.children.length).toBeGreaterThanOrEqual(3)
  })

  test('has an account for each role', async () => {
    for (const { email, roles } of Object.values(seedAccounts)) {
      const client = await signIn(shop.url, email)
      expect((await client.get('/v1/users/me')).expect(200, user).roles.toSorted()).toEqual(roles.toSorted())
    }
  })

  test('sells what a search found, and shows the mail in the mailbox', async () => {
    const buyer = await signIn(shop.url, seedAccounts.customer.email)
    const { number } = await buyFirst(buyer, 'merino+sweter')
    const page = await eventually(
      async () => {
        const { text } = await clientOf(shop.url).get('/mailbox')
        expect(text).toContain(`Your order ${number}`)
        return text
      },
      { within: 15_000 },
    )
    const [, path] = new RegExp(`href="(/mailbox/[^"]+)">Your order ${number}<`).exec(page) ?? []
    expect((await clientOf(shop.url).get(path ?? '')).text).toContain('thank you for your order')
  })

  test('shows its API for people and for machines', async () => {
    const { json } = await clientOf(shop.url).get('/openapi.json')
    expect(json).toMatchObject({ openapi: '3.1.0' })
    const docs = await clientOf(shop.url).get('/docs')
    expect([docs.status, docs.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ])
  })

  test('lets operators work on its database while it is open', async () => {
    const { code, stdout } = await runToEnd('cli/main.ts', ['outbox'], env())
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^orders +\d+ waiting/m)])
    await expectThatAllHolds(env())
  })

  test('is opened by one process at a time; another is told so in a line', async () => {
    const { code, stderr } = await runToEnd('dev.ts', [], env())
    expect(code).toBe(1)
    expect(stderr).toContain('in use')
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test('has kept everything when it is opened again', async () => {
    const buyer = await signIn(shop.url, seedAccounts.customer.email)
    const bought = await buyFirst(buyer, 'trekking+poles')
    // Twice, as Ctrl+C comes: from the terminal, and from who watches the sources.
    void shop.stop('SIGINT')
    expect((await shop.stop('SIGINT')).code).toBe(0)
    const begun = performance.now()
    shop = await startHost(env(), { entry: 'dev.ts' })
    console.log(`The second start took ${Math.round(performance.now() - begun)} ms`)
    const again = await signIn(shop.url, seedAccounts.customer.email)
    expect((await lookAt(again, bought)).number).toBe(bought.number)
    expect(shop.output()).not.toContain('Filling the shelves')
  })

  test('is none the worse for having been killed', async () => {
    await shop.stop('SIGKILL')
    const { code, stdout } = await runToEnd('cli/main.ts', ['outbox'], env())
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^orders +\d+ waiting/m)])
    await expectThatAllHolds(env())
  })

  test('has nothing to be looked at before it was opened', async () => {
    await using empty = await dataFolder()
    const { code, stderr } = await runToEnd('cli/invariants.ts', [], { DATA_DIR: empty.path })
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^invariants: .*there is no database.*\n$/)])
  })
})

const expectThatAllHolds = async (env: Env) => {
  const { code, stdout } = await runToEnd('cli/invariants.ts', [], env)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/All \d+ invariants hold/)])
}

const signIn = async (url: string, email: string): Promise<Client> => {
  const answer = await clientOf(url).post('/v1/auth/login', { email, password: seedPassword })
  return clientOf(url, answer.expect(200, tokens).accessToken)
}

const buyFirst = async (buyer: Client, query: string) => {
  const found = (await buyer.get(`/v1/products?q=${query}&inStock=true`)).expect(200, pageOf(product))
  const variant = found.data.flatMap(({ variants }) => variants).find(({ available }) => available > 0)
  await buyer.post('/v1/cart/items', { variantId: variant?.id, quantity: 1 })
  return (await checkout(buyer)).expect(201, order)
}
