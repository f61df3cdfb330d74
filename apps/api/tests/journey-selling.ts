import { pageOf } from '@plinth/kernel'
import { deadLetter } from '@plinth/messaging'
import { notification } from '@plinth/notifications-contract'
import { order, sale } from '@plinth/orders-contract'
import { describe, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import type { GivenShop } from './given-shop.ts'
import { mailOf } from './look-back.ts'
import { signUp, signUpSeller } from './people.ts'
import { buy, checkout, lookAt, offer, putIntoCart } from './shopping.ts'

/** What sellers and admins do after a sale. */
export const sellingTests = (shop: () => GivenShop): void => {
  describe('selling and minding the shop', () => {
    test('an order of two sellers is fulfilled when both have fulfilled their lines', async () => {
      const { url, admin, seller } = shop()
      const other = await signUpSeller(url, admin, 'Hearth Supply')
      const buyer = await signUp(url, 'Ada Moreau')
      await putIntoCart(buyer, await offer(seller, { title: 'Scarf', amount: 2500 }), 2)
      await putIntoCart(buyer, await offer(other, { title: 'Skillet', amount: 7000 }), 1)
      const bought = (await checkout(buyer)).expect(201, order)

      const path = `/v1/seller/orders/${bought.id}`
      const [own, theirs] = [await seller.get(path), await other.get(path)]
      expect(own.expect(200, sale)).toMatchObject({ subtotal: { amount: 5000 }, lines: [{ title: 'Scarf' }] })
      expect(theirs.expect(200, sale)).toMatchObject({ subtotal: { amount: 7000 } })
      expect(own.text).not.toContain(buyer.email)

      expect((await seller.post(`${path}/fulfil`)).expect(200, sale)).toMatchObject({
        status: 'paid',
        lines: [{ status: 'fulfilled' }],
      })
      expect((await lookAt(buyer, bought)).status).toBe('paid')
      const late = await buyer.post(`/v1/orders/${bought.id}/cancel`, {})
      expect([late.status, late.json]).toMatchObject([409, { code: 'not_cancellable' }])
      expect((await other.post(`${path}/fulfil`)).expect(200, sale).status).toBe('fulfilled')
      expect((await lookAt(buyer, bought)).history.map(each => each.status)).toEqual([
        'pending_payment',
        'paid',
        'fulfilled',
      ])
    })

    test('an admin sees the mails that were sent, and has one sent again under its Message-ID', async () => {
      const { url, admin, seller, mails } = shop()
      const buyer = await signUp(url, 'Ada Moreau')
      const bought = await buy(buyer, await offer(seller))
      const mail = await mailOf(shop(), buyer, new RegExp(`order ${bought.number}$`))
      const { data } = (await admin.get('/v1/admin/notifications')).expect(200, pageOf(notification))
      const sent = data.find(each => each.recipient === buyer.email && each.type === 'order_placed')
      expect(sent?.messageId).toBe(mail.messageId)

      const again = await admin.post(`/v1/admin/notifications/${sent?.id}/resend`)
      again.expect(202, notification)
      const twice = () => mails.mails().filter(each => each.messageId === mail.messageId)
      await expect.poll(twice, { timeout: 15_000 }).toHaveLength(2)
    })

    test('there are no dead letters, and only admins are told so', async () => {
      const { url, admin, seller } = shop()
      const path = '/v1/admin/dead-letters'
      expect((await admin.get(path)).expect(200, pageOf(deadLetter)).data).toEqual([])
      expect((await seller.get(path)).status).toBe(403)
      expect((await clientOf(url).get(path)).status).toBe(401)
    })
  })
}
