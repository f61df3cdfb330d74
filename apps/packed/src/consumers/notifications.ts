/** Mails of a shop whose users are somebody else's. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { contextOf, dataSchemaOf, newId, service } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import { createNotifications } from '@plinth/notifications'
import { notificationsContract } from '@plinth/notifications-contract'
import { createDatabase } from '@plinth/postgres'
import { usersContract } from '@plinth/users-contract'
import { logger, openDoor, pool, send, tokenOf } from './door.ts'

const notifications = createNotifications({
  pool,
  logger,
  neighbours: { users: fake(usersContract, { issueMailToken: async () => ({ token: 'once' }) }) },
  settings: {
    from: 'Somebody <shop@example.com>',
    publicUrl: 'http://localhost:3000',
    smtpUrl: process.env.SMTP_URL ?? '',
  },
})
const { app, url } = await openDoor(notificationsContract, notifications)
const jobs = notifications.jobs.map(job => job.start(logger))

// What a broker of somebody else's would deliver.
const { registered } = usersContract.events
const consumer = notifications.consumers.find(({ types }) => types.includes(registered.type))
const data = { userId: newId<'User'>(), email: 'ada@example.com', name: 'Ada Lovelace' }
const event = {
  specversion: '1.0',
  id: newId(),
  source: '/somebody/users',
  type: registered.type,
  subject: data.userId,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  dataschema: dataSchemaOf(registered),
  data,
}
const inbox = createDatabase({ pool, schema: 'notifications' })
for (const expected of ['handled', 'duplicate'])
  assert.equal(await consumer?.read(event).handle(contextOf(service('notifications')), inbox), expected)

const token = tokenOf('admin')
for (let status = 'pending'; status !== 'sent'; await setTimeout(100)) {
  const { body } = await send(`${url}/v1/admin/notifications`, { token })
  assert.equal(body.data.length, 1)
  status = body.data[0].status
}

await Promise.all(jobs.map(job => job[Symbol.asyncDispose]()))
await app.close()
await pool[Symbol.asyncDispose]()
