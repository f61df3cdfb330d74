import { randomUUID } from 'node:crypto'
import { cart } from '@plinth/cart-contract'
import { product } from '@plinth/catalog-contract'
import { pageOf } from '@plinth/kernel'
import { order, sale } from '@plinth/orders-contract'
import { describe, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import type { GivenShop } from './given-shop.ts'
import { journalOf, mailOf } from './look-back.ts'
import { signUp } from './people.ts'
import { available, checkout, checkoutWith, lookAt, offer, paymentComesTo, putIntoCart } from './shopping.ts'

/** From signing up to a paid order, and what stands in between. */
export const buyingTests = (shop: () => GivenShop): void => {
  describe('buying', () => {
    test('somebody signs up, finds, carts and buys; the mail comes; buyer, seller and admin see the order', async () => {
      const { url, admin, seller } = shop()
      const wanted = await offer(seller, { title: 'Periwinkle raincoat', stock: 6, amount: 12_900 })
      const buyer = await signUp(url, 'Ada Moreau')
      await mailOf(shop(), buyer, /^Welcome/)

      const found = await clientOf(url).get('/v1/products?q=periwinkel+rainc')
      expect(found.expect(200, pageOf(product)).data.map(each => each.id)).toEqual([wanted.product.id])
      expect(await putIntoCart(buyer, wanted, 2)).toMatchObject({
        itemCount: 2,
        subtotal: { amount: 25_800, currency: 'USD' },
        lines: [{ variantId: wanted.variant.id, quantity: 2, problem: null }],
      })

      const answer = await checkout(buyer)
      const bought = answer.expect(201, order)
      expect(answer.headers.get('location')).toBe(`/v1/orders/${bought.id}`)
      expect(bought).toMatchObject({
        status: 'paid',
        total: { amount: 25_800, currency: 'USD' },
        payment: { status: 'captured', refunded: { amount: 0 } },
      })
      expect((await buyer.get('/v1/cart')).expect(200, cart).lines).toEqual([])
      expect(await available(seller, wanted)).toBe(4)
      expect((await mailOf(shop(), buyer, new RegExp(`order ${bought.number}$`))).text).toContain('258')

      expect(await lookAt(buyer, bought)).toEqual(bought)
      const sold = (await seller.get('/v1/seller/orders')).expect(200, pageOf(sale)).data
      expect(sold.find(each => each.id === bought.id)?.lines).toMatchObject([{ quantity: 2, status: 'open' }])
      const all = (await admin.get('/v1/admin/orders')).expect(200, pageOf(order)).data
      expect(all.map(each => each.id)).toContain(bought.id)
      expect((await (await signUp(url, 'Somebody Else')).get(`/v1/orders/${bought.id}`)).status).toBe(404)
    })

    test('the same key gives the same answer byte for byte, and another body under it is refused', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const wanted = await offer(seller)
      await putIntoCart(buyer, wanted)
      const key = randomUUID()
      const first = await checkout(buyer, 'tok_approved', key)
      const again = await checkout(buyer, 'tok_approved', key)
      expect([again.status, again.text]).toEqual([201, first.text])
      expect(first.headers.get('idempotent-replayed')).toBeNull()
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      const other = await checkout(buyer, 'tok_declined', key)
      expect([other.status, other.json]).toMatchObject([422, { code: 'idempotency_key_reused' }])
      expect(await available(seller, wanted)).toBe(9)
    })

    test('a declined card leaves cart and stock as they were', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const wanted = await offer(seller)
      const before = await putIntoCart(buyer, wanted, 3)
      const answer = await checkout(buyer, 'tok_declined')
      expect([answer.status, answer.json]).toMatchObject([402, { code: 'payment_declined' }])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      const after = (await buyer.get('/v1/cart')).expect(200, cart)
      expect({ ...after, updatedAt: before.updatedAt }).toEqual(before)
      expect(await available(seller, wanted)).toBe(10)
      const [failed] = (await buyer.get('/v1/orders')).expect(200, pageOf(order)).data
      expect(failed).toMatchObject({ status: 'failed', payment: { status: 'declined' } })
    })

    test('where the answer of the provider is lost, the order is pending and then paid by itself, charged once', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      await putIntoCart(buyer, await offer(seller))
      const key = randomUUID()
      const pending = (await checkout(buyer, 'tok_timeout', key)).expect(202, order)
      expect(pending.status).toBe('pending_payment')
      expect(await paymentComesTo(buyer, pending, 'captured')).toMatchObject({ status: 'paid' })
      const again = await checkout(buyer, 'tok_timeout', key)
      expect(again.expect(201, order)).toMatchObject({ id: pending.id, status: 'paid' })
      expect(await journalOf(shop(), pending)).toMatchObject([
        { operation: 'capture', amount: pending.total },
      ])
      await mailOf(shop(), buyer, new RegExp(`order ${pending.number}$`))
    })

    test('where the provider is away nothing is charged, and the key is free for another try', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const wanted = await offer(seller)
      await putIntoCart(buyer, wanted)
      const key = randomUUID()
      const refused = await checkout(buyer, 'tok_unavailable', key)
      expect([refused.status, refused.json]).toMatchObject([503, { code: 'payment_unavailable' }])
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await available(seller, wanted)).toBe(10)
      const bought = (await checkout(buyer, 'tok_approved', key)).expect(201, order)
      expect(await journalOf(shop(), bought)).toMatchObject([{ operation: 'capture' }])
      expect(await available(seller, wanted)).toBe(9)
    })

    test('what there is too little of, an empty cart and a missing key are told apart', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const wanted = await offer(seller, { stock: 1 })
      expect([(await checkout(buyer)).status, (await checkout(buyer)).json]).toMatchObject([
        409,
        { code: 'cart_empty' },
      ])
      await putIntoCart(buyer, wanted, 2)
      const scarce = await checkout(buyer)
      expect([scarce.status, scarce.json]).toMatchObject([
        409,
        {
          code: 'insufficient_stock',
          lines: [{ variantId: wanted.variant.id, requested: 2, available: 1 }],
        },
      ])
      const keyless = await buyer.post('/v1/checkout', checkoutWith('tok_approved'))
      expect([keyless.status, keyless.json]).toMatchObject([400, { code: 'idempotency_key_required' }])
    })
  })
}
