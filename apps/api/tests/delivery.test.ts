import { randomUUID } from 'node:crypto'
import { newId, pageOf } from '@plinth/kernel'
import { deadLetter } from '@plinth/messaging'
import { describeWith, eventually } from '@plinth/testing'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GivenShop, givenShop } from './given-shop.ts'
import { runToEnd } from './host-process.ts'
import { mailOf } from './look-back.ts'
import { type Person, signUp } from './people.ts'

describeWith('rabbitmq', 'events on a shop with RabbitMQ', amqpUrl => {
  let shop: GivenShop
  let connection: ChannelModel
  let rabbit: Channel
  let sql: postgres.Sql
  beforeAll(async () => {
    shop = await givenShop({ amqpUrl })
    connection = await connect(amqpUrl)
    rabbit = await connection.createChannel()
    sql = postgres(shop.databaseUrl, { max: 1, onnotice: () => undefined })
  })
  afterAll(async () => {
    await sql?.end()
    await connection?.close()
    await shop?.[Symbol.asyncDispose]()
  })
  const isWelcomed = (person: Person) => mailOf(shop, person, /^Welcome/, 30_000)

  test('stay while the queue of one consumer is missing, are reported, and go out once it is there', async () => {
    const consumer = 'loyalty.greet-member'
    const queue = `${shop.namespace}.${consumer}`
    // As another deployable would, whose queue is not there yet, or not any more.
    await sql`insert into messaging.binding values (${shop.namespace}, 'users.registered', ${consumer})`
    const ada = await signUp(shop.url, 'Ada Moreau')
    await isWelcomed(ada)
    await eventually(async () => {
      const { text } = await shop.admin.get('/metrics')
      expect(text).toMatch(/^plinth_outbox_pending\{domain="users"\} 1$/m)
      expect(text).toMatch(/^plinth_outbox_published_total\{domain="users",outcome="unroutable"\} [2-9]/m)
      expect(text).toMatch(/^plinth_outbox_missing_queue_total\{queue="loyalty.greet-member"\} [2-9]/m)
    })
    expect(shop.host.output()).toContain('queues of consumers are missing')
    const { stdout } = await runToEnd('cli/main.ts', ['outbox'], shop.env)
    expect(stdout).toMatch(
      /^users +1 waiting.*\n +1 of users\.registered: the queue of loyalty\.greet-member is missing$/m,
    )

    await rabbit.assertQueue(queue, { durable: true })
    await eventually(
      async () =>
        expect((await shop.admin.get('/metrics')).text).toMatch(
          /^plinth_outbox_pending\{domain="users"\} 0$/m,
        ),
      { within: 20_000 },
    )
    expect(await rabbit.deleteQueue(queue)).toEqual({ messageCount: 1 })
    await sql`delete from messaging.binding where queue = ${consumer}`
    expect(shop.mails.mails().filter(({ to }) => to.includes(ada.email))).toHaveLength(1)
  })

  test('that cannot be handled end as dead letters, hold up no others, and are replayed once', async () => {
    const id = newId()
    const poison = { specversion: '1.0', id, type: 'users.registered', note: randomUUID() }
    rabbit.sendToQueue(`${shop.namespace}.notifications.welcome-user`, Buffer.from(JSON.stringify(poison)))
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
