import { order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import { type Client, createClient, type Request } from '../client.ts'
import { registration, signUp } from '../people.ts'
import { cancel, checkout, offer, putIntoCart } from '../shopping.ts'
import type { World } from '../world.ts'

/** Somebody about to do the one thing that a scenario is about. */
export interface Customer {
  readonly client: Client
  /** What they ask for, under one key. */
  readonly request: Request
  /** How many mails they will have got in the end. */
  readonly mails: number
}

/** Something that people do in a shop, and all that follows from it. */
export interface Scenario {
  readonly name: string
  /** What it is, in a few words. */
  readonly about: string
  /** Brings so many people to where they can do it, and the shop to rest again. */
  readonly prepare: (world: World, count: number) => Promise<Customer[]>
}

const buying: Scenario = {
  name: 'checkout',
  about: 'a cart becomes a paid order, with its mail',
  prepare: async (world, count) => {
    const buyers = await buyersIn(world, count)
    return buyers.map(client => ({ client, request: checkout(), mails: 2 }))
  },
}

const cancelling: Scenario = {
  name: 'cancel',
  about: 'a paid order is cancelled, restocked and refunded, with its mails',
  prepare: async (world, count) => {
    const customers: Customer[] = []
    for (const client of await buyersIn(world, count))
      customers.push({ client, request: cancel(await buy(client)), mails: 4 })
    await Promise.all(customers.map(({ client }) => allMailed(world, { client, mails: 2 })))
    return customers
  },
}

const notifying: Scenario = {
  name: 'notify',
  about: 'somebody signs up, and is welcomed by mail',
  prepare: async ({ street }, count) =>
    Array.from({ length: count }, () => {
      const request = registration('Ada')
      return { client: createClient({ ...street, who: request.body.email }), request, mails: 1 }
    }),
}

/** All there are. */
export const scenarios: readonly Scenario[] = [buying, cancelling, notifying]

/** Waits until all mails of a customer have come and are noted as sent. */
export const allMailed = (
  { sql }: World,
  { client, mails }: Pick<Customer, 'client' | 'mails'>,
  within = 60_000,
) =>
  eventually(
    async () => {
      const sent = await sql<{ count: number }[]>`
        select count(*)::int as count from notifications.notification
         where recipient = ${client.who} and status = 'sent'`
      return (sent[0]?.count ?? 0) >= mails
    },
    { within, every: 100 },
  )

/** Gives the order's id. A provider that is slow to answer makes it a 202: it is paid all the same, and mailed then. */
const buy = async (client: Client): Promise<string> => {
  const answer = await client.insist(checkout())
  if (answer === 'unknown') throw new Error('a checkout was not answered')
  return order.parse(answer.json).id
}

const buyersIn = async (world: World, count: number): Promise<Client[]> => {
  const variant = await offer(world.seller, { stock: count + 1000 })
  const buyers: Client[] = []
  for (let left = count; left > 0; left -= 4) {
    const some = Array.from({ length: Math.min(left, 4) }, () => signUp(world.street, 'Ada'))
    buyers.push(...(await Promise.all(some)))
  }
  for (const buyer of buyers) await putIntoCart(buyer, variant)
  await Promise.all(buyers.map(client => allMailed(world, { client, mails: 1 })))
  return buyers
}
