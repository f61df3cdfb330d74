import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenGateway } from './gateway.ts'
import { aUser, type Given, givenReviews } from './given.ts'

let given: Given
let gateway: Awaited<ReturnType<typeof givenGateway>>
beforeAll(async () => {
  given = await givenReviews()
  gateway = await givenGateway(given)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const said = { rating: 5, text: 'Warm, and it does not itch.' }

test('a review is written by its buyer, and read by whoever is not signed in', async () => {
  const ada = aUser()
  const bought = given.bought(ada)
  const made = await gateway.send('POST', '/v1/reviews', ada, { ...bought, ...said })
  expect(made).toMatchObject({ status: 201, body: { productId: bought.productId, ...said } })
  expect((await gateway.send('GET', `/v1/reviews/${made.body.id}`)).body).toEqual(made.body)
  const page = await gateway.send('GET', `/v1/reviews?productId=${bought.productId}&limit=1`)
  expect(page).toEqual({ status: 200, body: { data: [made.body], nextCursor: null } })
  const again = await gateway.send('POST', '/v1/reviews', ada, { ...bought, ...said })
  expect([again.status, again.body.code]).toEqual([409, 'already_reviewed'])
})

test('what does not fit is refused', async () => {
  const ada = aUser()
  const bought = given.bought(ada)
  for (const rating of [0, 6, 4.5]) {
    const refused = await gateway.send('POST', '/v1/reviews', ada, { ...bought, ...said, rating })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/rating'])
  }
  expect((await gateway.send('GET', '/v1/reviews')).status).toBe(400)
})

test('to write takes somebody who may', async () => {
  const body = { ...given.bought(aUser()), ...said }
  expect((await gateway.send('POST', '/v1/reviews', undefined, body)).status).toBe(401)
  expect((await gateway.send('POST', '/v1/reviews', aUser([]), body)).status).toBe(403)
})
