import { pageOf } from '@plinth/kernel'
import { order } from '@plinth/orders-contract'
import { createTestDatabase, type TestDatabase } from '@plinth/testing'
import { expect } from 'vitest'
import { givenShop } from './given-shop.ts'
import { comesToRest } from './look-back.ts'
import { signUp } from './people.ts'
import { buy, cancel, checkout, offer, paymentComesTo, putIntoCart } from './shopping.ts'

/** A shop in which a little of everything has happened, at rest and closed. */
export interface History extends AsyncDisposable {
  /** Orders by what became of them, and the variant that was bought. */
  readonly ids: Ids
  /** A database of the caller's own, as the shop left its own. */
  readonly copy: () => Promise<TestDatabase>
}

/** See {@link History}. */
export type Ids = Readonly<
  Record<'paid' | 'fulfilled' | 'cancelled' | 'declined' | 'refused' | 'variant', string>
>

/** Makes the history over HTTP, and closes the shop once it has nothing left to do. */
export const givenHistory = async (): Promise<History> => {
  await using stack = new AsyncDisposableStack()
  const shop = stack.use(await givenShop())
  const buyer = await signUp(shop.url, 'Ada Moreau')
  const wanted = await offer(shop.seller)
  const paid = await buy(buyer, wanted, 2)
  const fulfilled = await buy(buyer, wanted)
  expect((await shop.seller.post(`/v1/seller/orders/${fulfilled.id}/fulfil`)).status).toBe(200)
  const cancelled = await cancel(buyer, await buy(buyer, wanted))
  await putIntoCart(buyer, wanted)
  expect((await checkout(buyer, 'tok_declined')).status).toBe(402)
  expect((await checkout(buyer, 'tok_insufficient_funds')).status).toBe(402)
  const [declined, refused] = (await buyer.get('/v1/orders?status=failed')).expect(200, pageOf(order)).data
  await paymentComesTo(buyer, cancelled, 'refunded')
  await comesToRest(shop.databaseUrl)
  await shop.host.stop()
  const kept = stack.move()
  return {
    ids: {
      paid: paid.id,
      fulfilled: fulfilled.id,
      cancelled: cancelled.id,
      declined: declined?.id ?? '',
      refused: refused?.id ?? '',
      variant: wanted.variant.id,
    },
    copy: () =>
      createTestDatabase({ name: 'copy', copyOf: { name: new URL(shop.databaseUrl).pathname.slice(1) } }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
