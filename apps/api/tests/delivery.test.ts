import { randomUUID } from 'node:crypto'
import { newId, pageOf } from '@plinth/kernel'
import { deadLetter } from '@plinth/messaging'
import { describeWith, eventually } from '@plinth/testing'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GivenShop, givenShop } from './given-shop.ts'
import { runToEnd } from './host-process.ts'
import { mailOf } from './look-back.ts'
import { type Person, signUp } from './people.ts'

describeWith('rabbitmq', 'events on a shop with RabbitMQ', amqpUrl => {
  let shop: GivenShop
  let connection: ChannelModel
  let rabbit: Channel
  beforeAll(async () => {
    shop = await givenShop({ amqpUrl })
    connection = await connect(amqpUrl)
    rabbit = await connection.createChannel()
  })
  afterAll(async () => {
    await connection?.close()
    await shop?.[Symbol.asyncDispose]()
  })
  const isWelcomed = (person: Person) => mailOf(shop, person, /^Welcome/, 30_000)

  test('that no queue takes any more are not marked as sent, are reported, and go out once one does', async () => {
    const events = `${shop.namespace}.events`
    const queue = `${shop.namespace}.notifications.welcome-user`
    await rabbit.unbindQueue(queue, events, 'users.registered')
    const ada = await signUp(shop.url, 'Ada Moreau')
    await eventually(async () => {
      const { text } = await shop.admin.get('/metrics')
      expect(text).toMatch(/^plinth_outbox_pending\{domain="users"\} 1$/m)
      expect(text).toMatch(/^plinth_outbox_published_total\{domain="users",outcome="unroutable"\} [1-9]/m)
    })
    expect(shop.host.output()).toContain('taken by none')
    const { stdout } = await runToEnd('cli/main.ts', ['outbox'], shop.env)
    expect(stdout).toMatch(/^users +1 waiting.*\n +1 of users\.registered: no queue takes it$/m)

    await rabbit.bindQueue(queue, events, 'users.registered')
    await isWelcomed(ada)
    await eventually(async () =>
      expect((await shop.admin.get('/metrics')).text).toMatch(/^plinth_outbox_pending\{domain="users"\} 0$/m),
    )
  })

  test('that cannot be handled end as dead letters, hold up no others, and are replayed once', async () => {
    const id = newId()
    const poison = { specversion: '1.0', id, type: 'users.registered', note: randomUUID() }
    rabbit.publish(`${shop.namespace}.events`, 'users.registered', Buffer.from(JSON.stringify(poison)))
    await isWelcomed(await signUp(shop.url, 'Grace Hill'))

    const path = '/v1/admin/dead-letters'
    const letters = async () => (await shop.admin.get(path)).expect(200, pageOf(deadLetter)).data
    const [letter] = await eventually(async () => {
      const found = await letters()
      return found.length === 1 && found
    })
    expect(letter).toMatchObject({
      queue: 'notifications.welcome-user',
      event: poison,
      error: expect.stringContaining('not an event'),
      replayedAt: null,
    })
    const replay = () => shop.admin.post(`${path}/${letter?.id}/replay`)
    const replays = await Promise.all([replay(), replay(), replay()])
    expect(replays.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(await replay()).toMatchObject({ status: 409, json: { code: 'already_replayed' } })
    // It went back to its consumer, who can make no more of it than before.
    await eventually(async () => expect(await letters()).toHaveLength(2))
    await isWelcomed(await signUp(shop.url, 'Edith Clarke'))
  })
})
