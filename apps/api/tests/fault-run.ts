import { randomUUID } from 'node:crypto'
import { pageOf } from '@plinth/kernel'
import { type Order, order } from '@plinth/orders-contract'
import type { JournalEntry } from '@plinth/payments-contract'
import { eventually } from '@plinth/testing'
import { type Answer, clientOf } from './client.ts'
import {
  type Answers,
  askForAll,
  type Customer,
  checkOutInTheEnd,
  givenCustomer,
  type Timed,
  timed,
} from './fault-customer.ts'
import type { FaultShop } from './fault-shop.ts'
import { journalOf } from './look-back.ts'
import { cancel, lookAt, putIntoCart } from './shopping.ts'

/** How something goes away: refused and reset, or a black hole. */
export const faults = ['down', 'hang'] as const

/** How to go through a fault. */
export interface Course {
  readonly fault: (typeof faults)[number]
  /** What readiness comes to say while the fault lasts. */
  readonly readiness: string
  /** What comes in spite of the fault, which lasts until then. */
  readonly inSpiteOfIt: { readonly refund: boolean; readonly mail: boolean }
}

/** Something that comes by itself: whether it came while the fault lasted, or how long after its end. */
export interface Consequence {
  readonly during: boolean
  readonly afterMs: number
}

/** What was seen of a fault. */
export interface Seen {
  readonly answers: readonly Answers[]
  readonly refund: Consequence
  readonly mail: Consequence
  /** Readiness when it had noticed the fault, and its end; milliseconds from each. */
  readonly noticed: Timed
  readonly returned: Timed
  readonly outcomes: readonly CheckoutOutcome[]
}

/** What a checkout that was sent until it succeeded came to: orders, and captures by the provider's own journal. */
export interface CheckoutOutcome {
  readonly order: Order
  readonly orders: readonly Order[]
  readonly captures: readonly JournalEntry[]
}

/**
 * Goes through one fault: it begins, all is asked at once while nobody has noticed, and again when the host has;
 * then it ends, and what was left is waited for.
 */
export const goThrough = async (shop: FaultShop, course: Course): Promise<Seen> => {
  const { proxy } = shop
  const customers = await Promise.all([givenCustomer(shop), givenCustomer(shop)])
  const [first, second] = customers
  // Without a database nobody can cancel: what was begun before must go on after.
  const begun = course.readiness === 'unavailable' ? await cancelled(shop, first) : first.bought
  const signs = signsOf(shop, first, begun)

  await proxy[course.fault]()
  const noticing = readinessComesTo(shop, course.readiness)
  const unaware = await askForAll(shop, first)
  const noticed = await noticing
  const aware = await askForAll(shop, second)
  const refunded = await came(signs.refund, course.inSpiteOfIt.refund)
  const mailed = await came(signs.mail, course.inSpiteOfIt.mail)

  const returning = readinessComesTo(shop, 'ready')
  await proxy.up()
  const over = performance.now()
  const comes = async (sign: Sign, during: boolean): Promise<Consequence> => {
    await eventually(sign, { within: laterMs, every: 100 })
    return { during, afterMs: performance.now() - over }
  }
  const [returned, refund, mail, outcomes] = await Promise.all([
    returning,
    comes(signs.refund, refunded),
    comes(signs.mail, mailed),
    Promise.all(customers.map(customer => settle(shop, customer))),
  ])
  return { answers: [unaware, aware], refund, mail, noticed, returned, outcomes }
}

/** Everything that is to come later has come by then. */
const laterMs = 60_000

type Sign = () => boolean | Promise<boolean>

/** An order that is cancelled, whose refund takes the provider some tries; the cart is filled again. */
const cancelled = async ({ wanted }: FaultShop, customer: Customer): Promise<Order> => {
  const bought = await checkOutInTheEnd(customer, 'tok_refund_flaky', randomUUID())
  await putIntoCart(customer, wanted)
  return cancel(customer, bought)
}

/** How to see that the money of an order is back, and that its buyer was told what has become of it. */
const signsOf = ({ mails }: FaultShop, buyer: Customer, followed: Order) => {
  const subject = new RegExp(
    followed.id === buyer.bought.id
      ? `${followed.number} is cancelled`
      : `refund for order ${followed.number}`,
  )
  return {
    refund: () =>
      lookAt(buyer, followed).then(
        ({ payment }) => payment.status === 'refunded',
        () => false,
      ),
    mail: () => mails.mails().some(each => each.to.includes(buyer.email) && subject.test(each.subject)),
  }
}

const came = (sign: Sign, isExpected: boolean): Promise<boolean> =>
  isExpected ? eventually(sign, { within: 15_000, every: 100 }).catch(() => false) : Promise.resolve(sign())

/** Asks `/health/ready` until it says so. */
export const readinessComesTo = async ({ url }: FaultShop, status: string): Promise<Timed> =>
  timed(
    eventually(
      async () => {
        const answer = await clientOf(url).get('/health/ready')
        return standingOf(answer) === status && answer
      },
      { within: 30_000, every: 50 },
    ),
  )

/** `ready` or `degraded`; the code of the problem where it is neither. */
const standingOf = ({ json }: Answer): unknown => {
  if (typeof json !== 'object' || json === null) return undefined
  return 'code' in json ? json.code : 'status' in json ? json.status : undefined
}

/** What the checkout of a customer comes to when it is sent again. */
const settle = async (shop: FaultShop, customer: Customer): Promise<CheckoutOutcome> => {
  const paid = await checkOutInTheEnd(customer, 'tok_approved', customer.key)
  const { data } = (await customer.get('/v1/orders?limit=100')).expect(200, pageOf(order))
  const orders = data.filter(({ id, status }) => id !== customer.bought.id && status !== 'cancelled')
  const journals = await Promise.all(orders.map(each => journalOf(shop, each)))
  return { order: paid, orders, captures: journals.flat() }
}
