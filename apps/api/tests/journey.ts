import { afterAll, beforeAll } from 'vitest'
import type { GivenShop } from './given-shop.ts'
import { buyingTests } from './journey-buying.ts'
import { failedRefundTests, refundTests } from './journey-refunds.ts'
import { sellingTests } from './journey-selling.ts'

/** The whole journey as tests over HTTP, in a shop that is opened for them; gives the shop to further tests. */
export const journey = (open: () => Promise<GivenShop>): (() => GivenShop) => {
  let opened: GivenShop | undefined
  const shop = () => {
    if (opened === undefined) throw new Error('the shop is not open')
    return opened
  }
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())

  // A refund is given up after half a minute: the tests of that surround the others.
  const failedRefund = failedRefundTests(shop)
  failedRefund.begin()
  buyingTests(shop)
  refundTests(shop)
  sellingTests(shop)
  failedRefund.end()
  return shop
}
