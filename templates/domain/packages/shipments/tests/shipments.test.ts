import { anonymous, contextOf, Forbidden, NotFound, newId, Unauthenticated } from '@plinth/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aUser, type Given, givenShipments } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenShipments()
})
afterAll(() => given[Symbol.asyncDispose]())

const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    error => error,
  )

test('what somebody makes is theirs to see, newest first, page by page', async () => {
  const ada = contextOf(aUser())
  const one = await given.call.createShipment(ada, { title: 'one' })
  const two = await given.call.createShipment(ada, { title: 'two' })
  const three = await given.call.createShipment(ada, { title: 'three' })
  const first = await given.call.listShipments(ada, { limit: 2 })
  expect(first.data).toEqual([three, two])
  const rest = await given.call.listShipments(ada, { limit: 2, cursor: first.nextCursor ?? '' })
  expect(rest).toEqual({ data: [one], nextCursor: null })
  expect(await given.call.getShipment(ada, { shipmentId: one.id })).toEqual(one)
})

test("somebody else's is not found", async () => {
  const { id } = await given.call.createShipment(contextOf(aUser()), { title: 'mine' })
  const seen = given.call.getShipment(contextOf(aUser()), { shipmentId: id })
  expect(NotFound.is(await thrownBy(seen))).toBe(true)
})

test('who is not signed in may do nothing, and who lacks the permission neither', async () => {
  const getAs = (actor: Parameters<typeof contextOf>[0]) =>
    thrownBy(given.call.getShipment(contextOf(actor), { shipmentId: newId<'Shipment'>() }))
  expect(Unauthenticated.is(await getAs(anonymous))).toBe(true)
  expect(Forbidden.is(await getAs(aUser([])))).toBe(true)
})
