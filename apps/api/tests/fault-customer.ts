import { randomUUID } from 'node:crypto'
import { type Order, order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import { type Answer, clientOf } from './client.ts'
import type { FaultShop } from './fault-shop.ts'
import { type Person, password, signUp } from './people.ts'
import { checkout, putIntoCart } from './shopping.ts'

/** Somebody with an order to cancel and a cart to check out. */
export interface Customer extends Person {
  readonly bought: Order
  /** The Idempotency-Key of the checkout, however often it is tried. */
  readonly key: string
}

/** An answer, and how long it took in milliseconds. */
export interface Timed extends Answer {
  readonly ms: number
}

/** What is asked of a shop, by the columns of the fault table. */
export const requests = ['reads', 'sign-in', 'cart', 'checkout', 'cancel'] as const

/** What the shop answered to each. */
export type Answers = Readonly<Record<(typeof requests)[number], readonly Timed[]>>

/** A customer comes in while all is well. */
export const givenCustomer = async ({ url, wanted }: FaultShop): Promise<Customer> => {
  const person = await signUp(url, 'Patient Buyer')
  await putIntoCart(person, wanted)
  const bought = await checkOutInTheEnd(person, 'tok_approved', randomUUID())
  await putIntoCart(person, wanted)
  return { ...person, bought, key: randomUUID() }
}

/**
 * Sends a checkout, under its key, until it has come to an order that is paid: for a minute at most. An answer that
 * was not known in time may turn out to be a failed payment, and that stays with its key: then under another.
 */
export const checkOutInTheEnd = (buyer: Person, token: string, firstKey: string): Promise<Order> => {
  let key = firstKey
  const tryOnce = async () => {
    const answer = await checkout(buyer, token, key)
    if (answer.status === 402) key = randomUUID()
    return answer.expect(201, order)
  }
  return eventually(tryOnce, { within: 60_000, every: 250 })
}

/** Asks for everything at once: the customer, somebody who only looks, and somebody else with a cart. */
export const askForAll = async ({ url, wanted, seller }: FaultShop, customer: Customer): Promise<Answers> => {
  const visitor = clientOf(url)
  const { email, bought, key } = customer
  const [list, product, signIn, cart, put, paid, cancelled] = await Promise.all([
    timed(visitor.get('/v1/products')),
    timed(visitor.get(`/v1/products/${wanted.product.id}`)),
    timed(visitor.post('/v1/auth/login', { email, password })),
    timed(customer.get('/v1/cart')),
    timed(seller.post('/v1/cart/items', { variantId: wanted.variant.id, quantity: 1 })),
    timed(checkout(customer, 'tok_approved', key)),
    timed(customer.post(`/v1/orders/${bought.id}/cancel`, { reason: 'Changed my mind' })),
  ])
  return {
    reads: [list, product],
    'sign-in': [signIn],
    cart: [cart, put],
    checkout: [paid],
    cancel: [cancelled],
  }
}

/** An answer with its time. */
export const timed = async (asking: Promise<Answer>): Promise<Timed> => {
  const begun = performance.now()
  const answer = await asking
  return { ...answer, ms: performance.now() - begun }
}
