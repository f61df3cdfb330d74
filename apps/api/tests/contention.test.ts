import { order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Books, openBooks } from './books.ts'
import { type Answer, clientOf } from './client.ts'
import { type Buyer, fillCarts, forEach, givenBuyers, givenSigner, type Signer } from './crowd.ts'
import { forHomesOfTheirOwn, type GivenShop, givenShop } from './given-shop.ts'
import { type HostProcess, startHost } from './host-process.ts'
import { comesToRest, journalOf } from './look-back.ts'
import { checkoutToTheEnd, type Offer, offer } from './shopping.ts'

/** Seconds of work on a machine of its own, minutes where ten others are at work, too. */
const patience = 300_000

describe('many at once, on two replicas', { timeout: patience }, () => {
  let signer: Signer
  let shop: GivenShop
  let replica: HostProcess
  let books: Books

  beforeAll(async () => {
    signer = givenSigner()
    shop = await givenShop(forHomesOfTheirOwn(), signer.env)
    replica = await startHost(shop.env)
    books = await openBooks(shop)
  })
  afterAll(async () => {
    await books?.[Symbol.asyncDispose]()
    await replica?.[Symbol.asyncDispose]()
    await shop?.[Symbol.asyncDispose]()
  })

  /** Buyers with the offers in their carts, in the order that each is given. */
  const shoppers = async (howMany: number, cartOf: (at: number) => readonly Offer[]): Promise<Buyer[]> => {
    const buyers = await givenBuyers(books.of('users'), signer, howMany)
    const carts = buyers.map((buyer, at) => [buyer, cartOf(at).map(({ variant }) => variant.id)] as const)
    await fillCarts(books.of('cart'), new Map(carts))
    return buyers
  }
  const clientAt = ({ accessToken }: Buyer, at: number) =>
    clientOf(at % 2 === 0 ? shop.url : replica.url, accessToken)
  const unitsSold = async ({ variant }: Offer): Promise<number> => {
    const [row] = await books.of('orders')`
      select coalesce(sum(line.quantity), 0)::int as sold
        from orders.order_line line join orders.order o on o.id = line.order_id
       where line.variant_id = ${variant.id} and o.status = 'paid'`
    return row?.sold
  }
  const left = async ({ variant }: Offer) => {
    const [row] = await books.of('catalog')`
      select on_hand, reserved from catalog.variant where id = ${variant.id}`
    return row
  }

  test('2,000 buyers for 100 units: 100 have paid, each of the others is told that nothing is left', async () => {
    const wanted = await offer(shop.seller, { stock: 100 })
    const buyers = await shoppers(2000, () => [wanted])
    const answers = await forEach(buyers, buyers.length, (buyer, at) => checkoutToTheEnd(clientAt(buyer, at)))

    const paid = answers.filter(({ status }) => status === 201).map(each => each.expect(201, order))
    expect(paid).toHaveLength(100)
    for (const { status, json } of answers.filter(each => each.status !== 201))
      expect([status, json]).toMatchObject([
        409,
        { code: 'insufficient_stock', lines: [{ variantId: wanted.variant.id, requested: 1, available: 0 }] },
      ])
    expect([await unitsSold(wanted), await left(wanted)]).toEqual([100, { on_hand: 0, reserved: 0 }])
    const [first] = paid
    expect(first && (await journalOf(shop, first))).toMatchObject([
      { operation: 'capture', amount: first?.total },
    ])
    await comesToRest(books.url)
  })

  test('what declined cards and holds that ran out give back is sold: in the end 100 have paid, and no unit is left', async () => {
    await using hasty = await startHost({ ...shop.env, RESERVATION_TTL_SECONDS: '1' })
    const wanted = await offer(shop.seller, { stock: 100 })
    const buyers = await shoppers(600, () => [wanted])
    const buy = (buyer: Buyer, token: string) =>
      checkoutToTheEnd(clientOf(hasty.url, buyer.accessToken), { token })
    // Half of them can pay, so that something is left for those who come later.
    const wave = buyers.splice(0, 160)
    const tokens = ['tok_declined', 'tok_timeout', 'tok_unavailable', 'tok_approved']
    const first = await forEach(wave, 60, (buyer, at) => buy(buyer, tokens[at % 4] ?? ''))
    expect(first.map(({ status }) => status)).toEqual(expect.arrayContaining([201, 402]))

    const latecomers: Answer[] = []
    await eventually(
      async () => {
        const come = buyers.splice(0, (await left(wanted))?.on_hand)
        latecomers.push(...(await forEach(come, 20, buyer => buy(buyer, 'tok_approved'))))
        expect(await left(wanted)).toEqual({ on_hand: 0, reserved: 0 })
      },
      { within: patience, every: 250 },
    )
    expect(await unitsSold(wanted)).toBe(100)
    expect(latecomers.map(({ status }) => status)).toContain(201)
    expect(
      await books.of('catalog')`select 1 from catalog.reservation where settled_at > expires_at limit 1`,
    ).toHaveLength(1)
    await comesToRest(books.url)
  })

  test('50 carts with the same five variants in opposite orders, 1,000 checkouts: nobody waits for ever for the other', async () => {
    const offers = await forEach([1, 2, 3, 4, 5], 1, () => offer(shop.seller, { stock: 1000 }))
    const cartOf = (at: number) => (at % 2 === 0 ? offers : offers.toReversed())
    const buyers = await shoppers(50, cartOf)
    const idsOf = (cart: readonly Offer[]) => cart.map(({ variant }) => variant.id)
    const carts = new Map(buyers.map((buyer, at) => [buyer, idsOf(cartOf(at))]))
    const before = await books.deadlocks()
    for (let round = 0; round < 20; round += 1) {
      await fillCarts(books.of('cart'), carts)
      const answers = await forEach(buyers, 50, (buyer, at) => checkoutToTheEnd(clientAt(buyer, at)))
      for (const answer of answers) expect(answer.expect(201, order).lines).toHaveLength(5)
    }
    for (const each of offers)
      expect([await unitsSold(each), await left(each)]).toEqual([1000, { on_hand: 0, reserved: 0 }])
    await comesToRest(books.url)
    expect(await books.deadlocks()).toEqual(before)
  })
})
