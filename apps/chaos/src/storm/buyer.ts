import { setTimeout as sleep } from 'node:timers/promises'
import { order } from '@plinth/orders-contract'
import { createClient } from '../client.ts'
import { type Person, registration, type Street, signInAgain } from '../people.ts'
import { cancel, checkout, inCart } from '../shopping.ts'
import type { Seeded } from './seeded.ts'

/** What somebody in the shop goes by. */
export interface Round {
  readonly street: Street
  readonly numbers: Seeded
  /** What can be bought. */
  readonly variants: readonly [string, ...string[]]
  /** Orders that were paid, or may be: for whoever wants to refund one. */
  readonly orders: string[]
  readonly isOver: () => boolean
}

const tokens = [
  ...['tok_approved', 'tok_approved', 'tok_approved', 'tok_approved'],
  ...['tok_declined', 'tok_insufficient_funds', 'tok_timeout', 'tok_unavailable'],
  ...['tok_refund_flaky', 'tok_refund_down'],
] as const

/** Does what buyers do, one thing after another, until the round is over. Whatever changes something is insisted on. */
export const shopAround = async (buyer: Person, round: Round): Promise<void> => {
  const own: string[] = []
  while (!round.isOver()) {
    await sleep(round.numbers.between(20, 300))
    const dice = round.numbers.next()
    if (dice < 0.55) await buy(buyer, round, own)
    else if (dice < 0.7) await changeMind(buyer, own)
    else if (dice < 0.9) await browse(buyer, round)
    else if (dice < 0.95) await signInAgain(round.street, buyer)
    else await comeIn(round)
  }
}

const buy = async (buyer: Person, { numbers, variants, orders }: Round, own: string[]): Promise<void> => {
  const quantity = Math.ceil(numbers.between(0, 3))
  await buyer.insist(inCart(numbers.pick(variants), quantity))
  if (numbers.chance(0.3)) await buyer.insist(inCart(numbers.pick(variants), 1))
  const token = numbers.pick([...tokens])
  const request = checkout({ token })
  // Some press the button twice. To insist on what cannot be had leads nowhere.
  const within = token === 'tok_unavailable' ? 1_000 : 60_000
  const answers = await Promise.all(
    Array.from({ length: numbers.chance(0.15) ? 2 : 1 }, () => buyer.insist(request, within)),
  )
  for (const answer of answers) {
    const placed = answer === 'unknown' ? undefined : order.safeParse(answer.json).data
    if (placed === undefined || own.includes(placed.id)) continue
    own.push(placed.id)
    orders.push(placed.id)
  }
}

const changeMind = async (buyer: Person, own: string[]): Promise<void> => {
  const orderId = own.shift()
  if (orderId !== undefined) await buyer.insist(cancel(orderId))
}

const browse = async (buyer: Person, { numbers }: Round): Promise<void> => {
  const paths = ['/v1/products?q=linen', '/v1/products?inStock=true', '/v1/cart', '/v1/orders'] as const
  await buyer.once({ path: numbers.pick([...paths]) })
}

const comeIn = async ({ street }: Round): Promise<void> => {
  const request = registration('Guest')
  await createClient({ ...street, who: request.body.email }).insist(request)
}
