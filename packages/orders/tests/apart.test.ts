import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders } from './given.ts'

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
})
