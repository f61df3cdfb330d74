import { order } from '@plinth/orders-contract'
import { startFaultProxy } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUp } from '../src/people.ts'
import { settle } from '../src/settle.ts'
import { cancel, checkout, offer, putIntoCart } from '../src/shopping.ts'
import { openWorld, type World } from '../src/world.ts'
import { servicesHere } from './services.ts'

let world: World
const services = servicesHere()

describe.skipIf(services === undefined)('a world', () => {
  beforeAll(async () => {
    if (services === undefined) throw new Error('a world needs all services')
    world = await openWorld({ services, between: (_, target) => startFaultProxy(target) })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('a shop in which nothing goes wrong comes to rest with nothing to find', async () => {
    const variant = await offer(world.seller)
    const buyer = await signUp(world.street, 'Ada')
    await putIntoCart(buyer, variant)
    const bought = await buyer.get(checkout(), 201, order)
    await buyer.get(cancel(bought.id), 200, order)
    expect(await settle(world)).toMatchObject({ violations: [] })
    expect((await world.provider.journal()).map(({ operation }) => operation)).toEqual(['capture', 'refund'])
    expect(world.mails.mails().map(({ subject }) => subject)).toHaveLength(5)
  })

  test('what does not hold is found, from whichever side it is seen', async () => {
    const [host] = world.replicas
    await host.kill()
    const { sql, history } = world
    await sql`delete from notifications.notification where type = 'welcome'`
    await sql`update notifications.notification set message_id = '<nobody>' where type = 'order_placed'`
    await sql`delete from orders.outbox where type = 'orders.placed'`
    await sql`update users.outbox set sent_at = null`
    await sql`update orders.checkout_key set key = 'another'`
    const headers = new Headers()
    history
      .begin({
        intent: 'register',
        who: 'nobody',
        method: 'POST',
        path: '/',
        key: undefined,
        body: undefined,
      })
      .attempts.push({ at: new Date(), ms: 1, answer: { status: 201, headers, json: undefined } })

    const { violations } = await settle(world, { within: 0 })
    expect(violations.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining([
        'Nothing is left unsent, pending or reserved',
        'Every message on the exchange is an event that was committed',
        'Every mail that counts as sent has arrived',
        'Every mail that arrived is a notification of ours, to the same person',
        'What a client was told is so',
        'Every order was asked for',
        'Each order that was paid was announced once, and none that was not',
      ]),
    )
    const lies = violations.filter(({ rule }) => rule === 'What a client was told is so')
    expect(lies.map(({ detail }) => detail.slice(0, 15))).toEqual(['201 to checkout', '201 to register'])
  })
})
