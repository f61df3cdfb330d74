import { auditEntry } from '@plinth/audit'
import { pageOf } from '@plinth/kernel'
import type { Order } from '@plinth/orders-contract'
import { refund } from '@plinth/payments-contract'
import { eventually } from '@plinth/testing'
import { describe, expect, test } from 'vitest'
import type { GivenShop } from './given-shop.ts'
import { journalOf, mailOf } from './look-back.ts'
import { type Person, signUp } from './people.ts'
import { available, buy, cancel, lookAt, offer, paymentComesTo } from './shopping.ts'

/** Money on its way back. */
export const refundTests = (shop: () => GivenShop): void => {
  describe('cancelling and refunding', () => {
    test('a cancelled order is refunded and restocked by itself, with a mail for each', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const wanted = await offer(seller)
      const bought = await buy(buyer, wanted, 2)
      expect(await available(seller, wanted)).toBe(8)
      expect(await cancel(buyer, bought)).toMatchObject({ status: 'cancelled' })
      const refunded = await paymentComesTo(buyer, bought, 'refunded')
      expect(refunded.payment.refunded).toEqual(bought.total)
      expect(refunded.history.map(each => each.status)).toEqual(['pending_payment', 'paid', 'cancelled'])
      await eventually(async () => expect(await available(seller, wanted)).toBe(10), { within: 15_000 })
      await mailOf(shop(), buyer, new RegExp(`order ${bought.number} is cancelled`))
      await mailOf(shop(), buyer, new RegExp(`refund for order ${bought.number}`))

      expect(await cancel(buyer, bought)).toEqual(refunded)
      expect((await journalOf(shop(), bought)).map(each => each.operation)).toEqual(['capture', 'refund'])
    })

    test('a refund that first goes wrong is tried again', async () => {
      const { url, seller } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const bought = await buy(buyer, await offer(seller), 1, 'tok_refund_flaky')
      await cancel(buyer, bought)
      await paymentComesTo(buyer, bought, 'refunded', 20_000)
      expect(await refundsOf(shop(), bought)).toMatchObject([{ status: 'succeeded', attempts: 3 }])
    })

    test('an admin refunds in parts, never more than there is', async () => {
      const { url, seller, admin } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const bought = await buy(buyer, await offer(seller, { amount: 1000 }))
      const give = (amount: number) =>
        admin.post(`/v1/admin/orders/${bought.id}/refunds`, {
          amount: { amount, currency: 'USD' },
          reason: 'A button was missing',
        })
      expect((await give(300)).expect(202, refund)).toMatchObject({ amount: { amount: 300 } })
      expect(await paymentComesTo(buyer, bought, 'partially_refunded')).toMatchObject({
        status: 'paid',
        payment: { refunded: { amount: 300 } },
      })
      const tooMuch = await give(701)
      expect([tooMuch.status, tooMuch.json]).toMatchObject([409, { code: 'refund_exceeds_capture' }])
      await cancel(buyer, bought)
      expect((await paymentComesTo(buyer, bought, 'refunded')).payment.refunded.amount).toBe(1000)
      const amounts = (await journalOf(shop(), bought)).map(each => [each.operation, each.amount.amount])
      expect(amounts).toEqual([
        ['capture', 1000],
        ['refund', 300],
        ['refund', 700],
      ])

      const audit = `/v1/admin/audit?subject=${bought.id}`
      const { data } = (await admin.get(audit)).expect(200, pageOf(auditEntry))
      expect(data.map(({ actor, action }) => [actor.id, action])).toEqual([
        ['payments', 'payments.refund-requested'],
        [buyer.id, 'orders.cancelled'],
        [admin.id, 'payments.refund-requested'],
      ])
      for (const { address, requestId } of data.slice(1))
        expect([address, requestId]).toEqual(['127.0.0.1', expect.any(String)])
      expect((await buyer.get(audit)).status).toBe(403)
    })
  })
}

/** A refund that the provider refuses for as long as it is tried, up to the admin who has it tried again. */
export const failedRefundTests = (shop: () => GivenShop): { begin: () => void; end: () => void } => {
  const begun: { buyer: Person; order: Order }[] = []
  return {
    begin: () =>
      test('an order is cancelled whose refund the provider refuses', async () => {
        const { url, seller } = shop()
        const buyer = await signUp(url, 'Unlucky Buyer')
        const order = await buy(buyer, await offer(seller), 1, 'tok_refund_down')
        await cancel(buyer, order)
        begun.push({ buyer, order })
      }),
    end: () =>
      test('after the last try the refund has failed and the admins get a mail; retried, it goes through', async () => {
        const { admin } = shop()
        const [known] = begun
        if (known === undefined) throw new Error('nothing was cancelled')
        const { buyer, order } = known
        expect(await paymentComesTo(buyer, order, 'refund_failed', 55_000)).toMatchObject({
          status: 'cancelled',
          payment: { refunded: { amount: 0 } },
        })
        await mailOf(shop(), admin, new RegExp(`refund for order ${order.number} did not go through`))
        const [failed] = await refundsOf(shop(), order)
        expect(failed).toMatchObject({ status: 'failed', attempts: 6, nextAttemptAt: null })

        expect((await admin.put('/v1/admin/sandbox/refunds', { mode: 'up' })).status).toBe(200)
        const retried = await admin.post(`/v1/admin/refunds/${failed?.id}/retry`)
        expect(retried.expect(202, refund)).toMatchObject({ id: failed?.id, status: 'pending' })
        await paymentComesTo(buyer, order, 'refunded')
        await mailOf(shop(), buyer, new RegExp(`refund for order ${order.number}`))
        expect((await journalOf(shop(), order)).map(each => each.operation)).toEqual(['capture', 'refund'])
        expect((await lookAt(buyer, order)).payment.refunded).toEqual(order.total)
      }),
  }
}

const refundsOf = async ({ admin }: GivenShop, { id }: Order) =>
  (await admin.get(`/v1/admin/refunds?orderId=${id}`)).expect(200, pageOf(refund)).data
