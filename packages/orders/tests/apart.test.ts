import { setTimeout } from 'node:timers/promises'
import { newId, Unavailable } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, type Moment } from './given.ts'

let given: Given
let variant: Awaited<ReturnType<Given['givenVariant']>>

beforeAll(async () => {
  given = await givenOrders({ apart: true })
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(async () => {
  variant = await given.givenVariant({ stock: 10 })
  await given.givenCart([{ variantId: variant.id, quantity: 2 }])
})

describe('with neighbours that join no transaction', () => {
  it('an order is paid all the same', async () => {
    expect(await given.call.checkout(given.keyed(), aCheckout())).toMatchObject({ outcome: 'paid' })
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 8, reserved: 0 })
  })

  it('a declined payment leaves stock and cart as they were', async () => {
    await given.call.checkout(given.keyed(), aCheckout('tok_declined'))
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 0 })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity: 2 }])
  })

  it.each([
    ['what there is too little of', {}, 11],
    ['a price that is not expected', { expectedTotal: { amount: 1, currency: 'USD' } }, 2],
    ['a provider there is not', { payment: { provider: 'bank', token: 't' } }, 2],
  ])('a checkout that is refused for %s leaves stock and cart as they were', async (_, changes, quantity) => {
    await given.givenCart([{ variantId: variant.id, quantity }])
    const key = newId()
    await expect(given.call.checkout(given.keyed(key), { ...aCheckout(), ...changes })).rejects.toThrow()
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 0 })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity }])
    await given.givenCart([{ variantId: variant.id, quantity: 1 }])
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({ outcome: 'paid' })
  })

  const moments: readonly Moment[] = [
    'before takeLines',
    'after takeLines',
    'before reserveStock',
    'after reserveStock',
    'before createPayment',
    'after createPayment',
  ]
  /** Checks out, and stays where it is at a moment; what gives it back lets it go on. */
  const stuckCheckout = async (at: Moment, key: string) => {
    const stuck = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    given.faults.at = async moment => {
      if (moment !== at) return
      stuck.resolve()
      await goOn.promise
    }
    const answer = given.call.checkout(given.keyed(key), aCheckout())
    answer.catch(() => undefined)
    await stuck.promise
    given.faults.at = async () => {}
    return { answer, goOn: goOn.resolve }
  }
  /** Of orders that there are not. */
  const payments = () =>
    given.rows(sql`
      select status from neighbour.payment where order_id not in (select id from orders.order)`)

  it.each(moments)('a process that dies %s leaves stock and cart as they were', async moment => {
    const key = newId()
    await stuckCheckout(moment, key)
    await given.loseTransactions()
    await given.giveUp()
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 0 })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity: 2 }])
    expect(await payments()).toEqual(moment === 'after createPayment' ? [{ status: 'failed' }] : [])
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({
      outcome: 'paid',
      repeated: false,
    })
  })

  it('whoever comes again before the cart is back is asked to come once more, and not told that it is empty', async () => {
    const key = newId()
    await stuckCheckout('after takeLines', key)
    await given.loseTransactions()
    await expect(given.call.checkout(given.keyed(key), aCheckout())).rejects.toMatchObject({
      code: 'unavailable',
    })
    await given.giveUp()
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({ outcome: 'paid' })
  })

  it('whoever comes again while their own last try still holds the stock is not told that there is none', async () => {
    const key = newId()
    const last = await given.givenVariant({ stock: 2 })
    await given.givenCart([{ variantId: last.id, quantity: 2 }])
    await stuckCheckout('after reserveStock', key)
    await given.loseTransactions()
    await given.givenCart([{ variantId: last.id, quantity: 2 }])
    await expect(given.call.checkout(given.keyed(key), aCheckout())).rejects.toMatchObject({
      code: 'unavailable',
    })
    await given.giveUp()
    await given.givenCart([{ variantId: last.id, quantity: 2 }])
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({ outcome: 'paid' })
  })

  it('a checkout that only takes its time is not given up', async () => {
    const { answer, goOn } = await stuckCheckout('after reserveStock', newId())
    const giving = given.giveUp()
    expect(await Promise.race([giving, setTimeout(500, 'still there')])).toBe('still there')
    goOn()
    expect(await answer).toMatchObject({ outcome: 'paid' })
    await giving
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 8, reserved: 0 })
  })

  it('a neighbour that fails is asked to undo at once', async () => {
    given.faults.at = async moment => {
      if (moment === 'after reserveStock') throw Unavailable()
    }
    await expect(given.call.checkout(given.keyed(), aCheckout())).rejects.toMatchObject({
      code: 'unavailable',
    })
    given.faults.at = async () => {}
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 0 })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity: 2 }])
    expect(await given.rows(sql`select 1 from orders.begun_checkout`)).toEqual([])
  })
})
