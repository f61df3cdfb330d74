import { randomUUID } from 'node:crypto'
import { pageOf } from '@plinth/kernel'
import { type Order, order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Client, clientOf } from './client.ts'
import { type Buyer, fillCarts, givenBuyers, givenSigner, type Signer } from './crowd.ts'
import { type GivenShop, givenShop } from './given-shop.ts'
import { type HostProcess, startHost } from './host-process.ts'
import { comesToRest, journalOf } from './look-back.ts'
import { checkout, checkoutToTheEnd, type Offer, offer } from './shopping.ts'

describe('one Idempotency-Key, sent 50 times at once', { timeout: 300_000 }, () => {
  let signer: Signer
  let shop: GivenShop
  let replica: HostProcess
  let database: postgres.Sql
  let wanted: Offer

  beforeAll(async () => {
    signer = givenSigner()
    shop = await givenShop({}, signer.env)
    replica = await startHost(shop.env)
    database = postgres(shop.databaseUrl, { max: 4, onnotice: () => undefined })
    wanted = await offer(shop.seller, { stock: 100 })
  })
  afterAll(async () => {
    await database?.end()
    await replica?.[Symbol.asyncDispose]()
    await shop?.[Symbol.asyncDispose]()
  })

  const givenShopper = async (): Promise<Buyer> => {
    const [buyer] = await givenBuyers(database, signer, 1)
    if (buyer === undefined) throw new Error('nobody came')
    await fillCarts(database, new Map([[buyer, [wanted.variant.id]]]))
    return buyer
  }
  const fiftyTimes = (send: (at: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 50 }, (_, at) => send(at)))
  const onBoth = ({ accessToken }: Buyer): readonly [Client, Client] => [
    clientOf(shop.url, accessToken),
    clientOf(replica.url, accessToken),
  ]
  const theOneOrder = async ({ accessToken }: Buyer): Promise<Order> => {
    const { data } = (await clientOf(shop.url, accessToken).get('/v1/orders')).expect(200, pageOf(order))
    expect(data).toMatchObject([{ status: 'paid', payment: { status: 'captured' } }])
    const [only] = data
    if (only === undefined) throw new Error('there is no order')
    expect(await journalOf(shop, only)).toMatchObject([{ operation: 'capture', amount: only.total }])
    return only
  }

  test('to two replicas, is one order and one capture', async () => {
    const buyer = await givenShopper()
    const [here, there] = onBoth(buyer)
    const key = randomUUID()
    const answers = await fiftyTimes(at => checkout(at % 2 === 0 ? here : there, 'tok_approved', key))
    const paid = answers.filter(({ status }) => status === 201)
    expect(new Set(paid.map(({ text }) => text)).size).toBe(1)
    expect(paid.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
    for (const { status, json, headers } of answers.filter(each => each.status !== 201)) {
      expect([status, json]).toMatchObject([409, { code: 'idempotency_in_progress' }])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    await theOneOrder(buyer)
  })

  /** Waits until a statement of the shop waits for a lock of ours. */
  const somebodyWaits = () =>
    eventually(
      async () => {
        const waiting = await database`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        if (waiting.length === 0) throw new Error('nobody waits for a lock')
      },
      { within: 20_000, every: 5 },
    )
  const locked = async (lock: (client: postgres.ReservedSql) => postgres.PendingQuery<postgres.Row[]>) => {
    const client = await database.reserve()
    await client`begin`
    await lock(client)
    return async () => {
      await client`rollback`
      client.release()
    }
  }

  interface Stage {
    readonly when: string
    readonly token: string
    /** Sends the requests and holds the shop at the stage; gives what lets it go on. */
    readonly reach: (buyer: Buyer, send: () => void) => Promise<() => Promise<void>>
  }
  const stages: readonly Stage[] = [
    {
      when: 'before anything is written down but the key',
      token: 'tok_approved',
      reach: async ({ id }, send) => {
        const letGo = await locked(client => client`select from cart.cart where user_id = ${id} for update`)
        send()
        await somebodyWaits()
        return letGo
      },
    },
    {
      when: 'while the order waits for the provider to charge',
      token: 'tok_approved',
      reach: async (_, send) => {
        const letGo = await locked(client => client`lock table payments.sandbox_journal in exclusive mode`)
        send()
        await somebodyWaits()
        return letGo
      },
    },
    {
      when: 'when it is charged and the answer of the provider is still to come',
      token: 'tok_timeout',
      reach: async ({ id }, send) => {
        send()
        await eventually(
          async () => {
            const charged = await database`
              select 1 from payments.sandbox_journal j join payments.payment p on p.id = j.payment_id
               where p.user_id = ${id}`
            if (charged.length === 0) throw new Error('it is not charged yet')
          },
          { within: 20_000, every: 5 },
        )
        return async () => undefined
      },
    },
    {
      when: 'when the order is paid and nobody was told',
      token: 'tok_approved',
      reach: async ({ id }, send) => {
        const letGo = await locked(client => client`select from cart.cart where user_id = ${id} for update`)
        send()
        await somebodyWaits()
        const keep = await locked(
          client => client`select from gateway.idempotency_key where scope like ${`%${id}%`} for update`,
        )
        await letGo()
        await eventually(
          async () => {
            const paid = await database`select 1 from orders.order where user_id = ${id} and status = 'paid'`
            if (paid.length === 0) throw new Error('it is not paid yet')
          },
          { within: 20_000, every: 5 },
        )
        await somebodyWaits()
        return keep
      },
    },
  ]

  test('to a host that is killed at any stage of it, and 50 times again, is one order and one capture', async () => {
    const interrupted: { when: string; token: string; buyer: Buyer; key: string }[] = []
    for (const { when, token, reach } of stages) {
      await using victim = await startHost(shop.env)
      const buyer = await givenShopper()
      const key = randomUUID()
      const client = clientOf(victim.url, buyer.accessToken)
      const ends: Promise<unknown>[] = []
      const send = () => {
        for (let at = 0; at < 50; at += 1) ends.push(Promise.allSettled([checkout(client, token, key)]))
      }
      const letGo = await reach(buyer, send)
      expect((await victim.stop('SIGKILL')).signal).toBe('SIGKILL')
      await Promise.all(ends)
      await letGo()
      interrupted.push({ when, token, buyer, key })
    }
    await using restarted = await startHost(shop.env)
    await Promise.all(
      interrupted.map(async ({ token, buyer, key }) => {
        const client = clientOf(restarted.url, buyer.accessToken)
        const known = await checkoutToTheEnd(client, { token, key, within: 30_000 })
        const placed = known.expect(201, order)
        const again = await fiftyTimes(() => checkout(client, token, key))
        expect(new Set(again.map(({ status, text }) => `${status} ${text}`))).toEqual(
          new Set([`201 ${known.text}`]),
        )
        expect((await theOneOrder(buyer)).id).toBe(placed.id)
      }),
    )
    await comesToRest(shop.databaseUrl)
  })
})
