import { contextOf, type Id } from '@plinth/kernel'
import type { Order } from '@plinth/orders-contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

let given: Given
const orders: Order[] = []
const other = userWith('user')

beforeAll(async () => {
  given = await givenOrders()
  const { id: variantId } = await given.givenVariant({ stock: 100 })
  for (const [user, token] of [
    [given.buyer, 'tok_approved'],
    [given.buyer, 'tok_declined'],
    [other, 'tok_approved'],
    [given.buyer, 'tok_pending'],
    [given.buyer, 'tok_approved'],
  ] as const) {
    await given.givenCart([{ variantId, quantity: 1 }], user.id)
    orders.unshift((await given.call.checkout(given.keyed(undefined, user), aCheckout(token))).order)
  }
})
afterAll(() => given[Symbol.asyncDispose]())

const idsOf = (page: { data: readonly { id: Id<'Order'> }[] }) => page.data.map(({ id }) => id)
const own = () => orders.filter(order => order.id !== orders[2]?.id)

it('lists the own orders newest first, page by page', async () => {
  const first = await given.call.listOrders(given.buying, { limit: 3 })
  const second = await given.call.listOrders(given.buying, { limit: 3, cursor: first.nextCursor ?? '' })
  expect([...first.data, ...second.data]).toEqual(own())
  expect(second.nextCursor).toBeNull()
})

it('lists the own orders of one status', async () => {
  const page = await given.call.listOrders(given.buying, { limit: 20, status: 'paid' })
  expect(page).toEqual({ data: own().filter(({ status }) => status === 'paid'), nextCursor: null })
})

it('refuses a cursor that was made for another list, user or query', async () => {
  const { nextCursor } = await given.call.listOrders(given.buying, { limit: 1 })
  const cursor = nextCursor ?? ''
  for (const misuse of [
    given.call.listOrders(given.buying, { limit: 1, status: 'paid', cursor }),
    given.call.listOrders(contextOf(other), { limit: 1, cursor }),
    given.call.listAllOrders(given.admin, { limit: 1, cursor }),
    given.call.listOrders(given.buying, { limit: 1, cursor: 'nonsense' }),
  ])
    await expect(misuse).rejects.toMatchObject({ code: 'invalid_cursor' })
})

it('lists everybody’s orders for admins alone, by user, status and time', async () => {
  expect(idsOf(await given.call.listAllOrders(given.admin, { limit: 20 }))).toEqual(
    orders.map(({ id }) => id),
  )
  expect(idsOf(await given.call.listAllOrders(given.admin, { limit: 20, userId: other.id }))).toEqual([
    orders[2]?.id,
  ])
  expect(idsOf(await given.call.listAllOrders(given.admin, { limit: 20, status: 'failed' }))).toEqual([
    orders[3]?.id,
  ])
  await expect(given.call.listAllOrders(given.buying, { limit: 20 })).rejects.toMatchObject({
    code: 'forbidden',
  })
})

it('takes a span of time as from and before', async () => {
  const [newest, , middle, , oldest] = orders
  const from = oldest?.placedAt ?? ''
  const to = middle?.placedAt ?? ''
  const page = await given.call.listAllOrders(given.admin, { limit: 20, from, to })
  expect(idsOf(page)).toEqual([orders[3]?.id, orders[4]?.id])
  const since = await given.call.listAllOrders(given.admin, { limit: 20, from: newest?.placedAt ?? '' })
  expect(idsOf(since)).toEqual([newest?.id])
})

it('takes any time that RFC 3339 can write', async () => {
  const span = { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59.999Z' }
  expect((await given.call.listAllOrders(given.admin, { limit: 20, ...span })).data).toHaveLength(5)
})

it('shows an order to its buyer and to admins; for anybody else there is none', async () => {
  const orderId = orders[0]?.id
  if (orderId === undefined) throw new Error('there are orders')
  expect(await given.call.getOrder(given.buying, { orderId })).toEqual(orders[0])
  expect(await given.call.getOrder(given.admin, { orderId })).toEqual(orders[0])
  await expect(given.call.getOrder(contextOf(other), { orderId })).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(given.call.getOrder(contextOf(), { orderId })).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})
