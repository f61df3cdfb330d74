import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenGateway } from './gateway.ts'
import { aUser, type Given, givenShipments } from './given.ts'

let given: Given
let gateway: Awaited<ReturnType<typeof givenGateway>>
beforeAll(async () => {
  given = await givenShipments()
  gateway = await givenGateway(given)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

test('a shipment is made, listed and seen', async () => {
  const ada = aUser()
  const made = await gateway.send('POST', '/v1/shipments', ada, { title: 'The first' })
  expect(made).toMatchObject({ status: 201, body: { title: 'The first' } })
  expect(await gateway.send('GET', '/v1/shipments', ada)).toEqual({
    status: 200,
    body: { data: [made.body], nextCursor: null },
  })
  expect(await gateway.send('GET', `/v1/shipments/${made.body.id}`, ada)).toEqual({
    status: 200,
    body: made.body,
  })
})

test('what does not fit is refused', async () => {
  const refused = await gateway.send('POST', '/v1/shipments', aUser(), { title: '' })
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/title'])
})

test('whoever is not signed in is asked to be, and whoever may not is told so', async () => {
  for (const [method, url] of [
    ['GET', '/v1/shipments'],
    ['POST', '/v1/shipments'],
    ['GET', `/v1/shipments/${newId()}`],
  ] as const) {
    expect((await gateway.send(method, url)).status).toBe(401)
    expect((await gateway.send(method, url, aUser([]))).status).toBe(403)
  }
})
