import type { Domain } from '@plinth/host'
import { order } from '@plinth/orders-contract'
import { describeWith } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Books, openBooks } from './books.ts'
import { type CallGate, openCallGate } from './call-gate.ts'
import { clientOf } from './client.ts'
import { fillCarts, forEach, givenBuyers, givenSigner } from './crowd.ts'
import { type Ground, givenGround } from './given-shop.ts'
import { startProcess } from './host-process.ts'
import { comesToRest } from './look-back.ts'
import { type PartedHost, startParted } from './parted-host.ts'
import { type Person, signInAdmin, signUpSeller } from './people.ts'
import { checkoutToTheEnd, offer } from './shopping.ts'
import { outside } from './topology.ts'

/** What a checkout asks of neighbours that may be outside, in this order. */
const asked = {
  cart: ['takeLines'],
  catalog: ['reserveStock', 'sellStock'],
  payments: ['createPayment', 'charge', 'settle'],
} as const satisfies Partial<Record<Domain, readonly string[]>>

const neighbours = ['cart', 'catalog', 'payments'] as const
const told = outside()
/** Whoever runs orders asks the others. */
const asking = told.includes('orders') ? 'orders' : 'api'

const moments = neighbours.flatMap(neighbour =>
  asked[neighbour].flatMap(operation =>
    (['before', 'after'] as const).flatMap(when =>
      ([asking, neighbour] as const).map(victim => ({ neighbour, operation, when, victim })),
    ),
  ),
)
/** Those of the neighbours that this run has outside; or else four of one of them, every hour others. */
const turn = Math.floor(Date.now() / 3_600_000) % (moments.length / 4)
const chosen =
  told.length > 0
    ? moments.filter(({ neighbour }) => told.includes(neighbour))
    : moments.slice(turn * 4, turn * 4 + 4)
const away = told.length > 0 ? told : [...new Set(chosen.map(({ neighbour }): Domain => neighbour))]

describeWith('rabbitmq', 'each with a database of its own', amqpUrl => {
  describe(`a checkout with ${away.join(', ')} outside`, { timeout: 300_000 }, () => {
    const signer = givenSigner()
    const gates = new Map<Domain, CallGate>()
    let stack: AsyncDisposableStack
    let ground: Ground
    let shop: PartedHost
    let seller: Person
    let books: Books

    beforeAll(async () => {
      await using opening = new AsyncDisposableStack()
      ground = opening.use(await givenGround({ amqpUrl }, signer.env, away))
      shop = opening.use(
        await startParted(ground.env, {
          start: startProcess,
          via: async (domain, url) => {
            const gate = opening.use(await openCallGate(url))
            gates.set(domain, gate)
            return gate.url
          },
        }),
      )
      books = opening.use(await openBooks(ground))
      seller = await signUpSeller(shop.url, await signInAdmin(shop.url), 'Loom and Thread')
      stack = opening.move()
    }, 300_000)
    afterAll(() => stack?.disposeAsync())

    const gateOf = (domain: Domain): CallGate => {
      const gate = gates.get(domain)
      if (gate === undefined) throw new Error(`${domain} is not outside`)
      return gate
    }
    /** Has a process killed in the middle of the next call of an operation, and started again. */
    const killAt = async ({ neighbour, operation, when, victim }: (typeof moments)[number]) => {
      await gateOf(neighbour).trap(operation, when, () => shop.kill(victim))
      await shop.restart(victim)
    }
    const shoppers = async (howMany: number, variant: string) => {
      const buyers = await givenBuyers(books.of('users'), signer, howMany)
      await fillCarts(books.of('cart'), new Map(buyers.map(buyer => [buyer, [variant]])))
      return buyers
    }
    const buy = ({ accessToken }: { readonly accessToken: string }) =>
      checkoutToTheEnd(clientOf(shop.url, accessToken))
    const left = async (variant: string) => {
      const [row] = await books.of('catalog')`
      select on_hand, reserved from catalog.variant where id = ${variant}`
      return row
    }

    test.each(chosen)(
      'is paid once, though $victim is killed $when $neighbour has done $operation',
      async moment => {
        const { variant } = await offer(seller, { stock: 2 })
        const [buyer] = await shoppers(1, variant.id)
        if (buyer === undefined) throw new Error('there is no buyer')
        const killed = killAt(moment)
        const answer = await buy(buyer)
        await killed
        expect(answer.expect(201, order)).toMatchObject({ status: 'paid' })
        await comesToRest(books.url)
        expect(await left(variant.id)).toEqual({ on_hand: 1, reserved: 0 })
      },
    )

    test('100 buyers for 10 units leave 10 orders, though both sides are killed meanwhile', async () => {
      const { variant } = await offer(seller, { stock: 10 })
      const buyers = await shoppers(100, variant.id)
      const killing = (async () => {
        for (const moment of chosen.slice(-2)) await killAt(moment)
      })()
      const answers = await forEach(buyers, 20, buy)
      await killing
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(10)
      for (const { status, json } of answers.filter(each => each.status !== 201))
        expect([status, json]).toMatchObject([409, { code: 'insufficient_stock' }])
      await comesToRest(books.url)
      expect(await left(variant.id)).toEqual({ on_hand: 0, reserved: 0 })
      const [kept] = await books.of('orders')`
      select count(*)::int as orders from orders.order_line line join orders.order o on o.id = line.order_id
       where line.variant_id = ${variant.id} and o.status = 'paid'`
      expect(kept).toEqual({ orders: 10 })
    })
  })
})
