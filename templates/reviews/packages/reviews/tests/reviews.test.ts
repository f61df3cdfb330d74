import { anonymous, contextOf, NotFound, newId } from '@plinth/kernel'
import { AlreadyReviewed, NotBought } from '@plinth/reviews-contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aUser, type Given, givenReviews } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenReviews()
})
afterAll(() => given[Symbol.asyncDispose]())

const thrownBy = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    error => error,
  )
const said = { rating: 4, text: 'Warm, and it does not itch.' }

test('who bought a product reviews it, and everybody reads that', async () => {
  const ada = aUser()
  const bought = given.bought(ada)
  const made = await given.call.createReview(contextOf(ada), { ...bought, ...said })
  expect(made).toMatchObject({ productId: bought.productId, ...said })
  const reader = contextOf(anonymous)
  expect(await given.call.getReview(reader, { reviewId: made.id })).toEqual(made)
  const { data } = await given.call.listReviews(reader, { limit: 20, productId: bought.productId })
  expect(data).toEqual([made])
})

test('who did not buy it may not: neither by the order of somebody else, nor by one that is not paid', async () => {
  const [ada, eve] = [aUser(), aUser()]
  const reviewing = (...[user, bought]: [typeof ada, ReturnType<typeof given.bought>]) =>
    thrownBy(given.call.createReview(contextOf(user), { ...bought, ...said }))
  expect(NotBought.is(await reviewing(eve, given.bought(ada)))).toBe(true)
  expect(NotBought.is(await reviewing(ada, { ...given.bought(ada), productId: newId<'Product'>() }))).toBe(
    true,
  )
  for (const status of ['pending_payment', 'failed', 'cancelled'] as const)
    expect(NotBought.is(await reviewing(ada, given.bought(ada, status)))).toBe(true)
  expect(await reviewing(ada, given.bought(ada, 'fulfilled'))).toBeUndefined()
})

test('a product is reviewed once by each buyer, also by two requests at the same moment', async () => {
  const ada = aUser()
  const bought = given.bought(ada)
  const write = () => thrownBy(given.call.createReview(contextOf(ada), { ...bought, ...said }))
  const outcomes = await Promise.all([write(), write()])
  expect(outcomes.filter(error => error === undefined)).toHaveLength(1)
  expect(outcomes.filter(error => AlreadyReviewed.is(error))).toHaveLength(1)
})

test('what is not there is not found', async () => {
  const seen = given.call.getReview(contextOf(anonymous), { reviewId: newId<'Review'>() })
  expect(NotFound.is(await thrownBy(seen))).toBe(true)
})
