import { newId } from '@plinth/kernel'
import { usersContract } from '@plinth/users-contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GivenGateway, givenGateway } from './gateway.ts'
import { type Given, givenNotifications, userWith } from './given.ts'

let given: Given
let gateway: GivenGateway
const admin = userWith('user', 'admin')

beforeAll(async () => {
  given = await givenNotifications()
  gateway = await givenGateway(given)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

it('Notifications are listed for admins, and sent again', async () => {
  const user = given.givenUser()
  await given.deliver(usersContract.events.registered, { ...user })
  await given.trySending()
  const list = await gateway.send('GET', '/v1/admin/notifications?status=sent&limit=1', { as: admin })
  expect(list.status).toBe(200)
  expect(list.body).toEqual({
    data: [
      {
        id: expect.any(String),
        type: 'welcome',
        recipient: user.email,
        status: 'sent',
        attempts: 1,
        lastError: null,
        messageId: expect.stringMatching(/^<.+>$/),
        createdAt: expect.stringMatching(/Z$/),
        sentAt: expect.stringMatching(/Z$/),
      },
    ],
    nextCursor: null,
  })
  const [mail] = list.body.data
  const resent = await gateway.send('POST', `/v1/admin/notifications/${mail.id}/resend`, { as: admin })
  expect(resent).toMatchObject({ status: 202, body: { id: mail.id, status: 'pending', sentAt: null } })
})

it.each([
  ['GET', '/v1/admin/notifications'],
  ['POST', `/v1/admin/notifications/${newId()}/resend`],
] as const)('%s %s is for admins', async (method, path) => {
  expect((await gateway.send(method, path)).status).toBe(401)
  expect((await gateway.send(method, path, { as: userWith('user', 'seller') })).status).toBe(403)
})

it('What there is not is a 404, what is malformed a 400', async () => {
  const send = (method: 'GET' | 'POST', path: string) => gateway.send(method, path, { as: admin })
  expect((await send('POST', `/v1/admin/notifications/${newId()}/resend`)).status).toBe(404)
  expect((await send('POST', '/v1/admin/notifications/1/resend')).status).toBe(404)
  expect((await send('GET', '/v1/admin/notifications?status=lost')).status).toBe(400)
  expect((await send('GET', '/v1/admin/notifications?cursor=x')).body.code).toBe('invalid_cursor')
})
