import { ordersContract } from '@plinth/orders-contract'
import { eventually, startFaultProxy } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Given, givenNotifications, openNotifications } from './given.ts'

const { placed } = ordersContract.events
const mails = 50
let given: Given
beforeAll(async () => {
  given = await givenNotifications()
})
afterAll(() => given[Symbol.asyncDispose]())

const stateOf = async () => {
  const [state] = await given.rows<{ tries: number; untried: number; sent: number }>(sql`
    select sum(attempts)::int as tries, count(*) filter (where attempts = 0)::int as untried,
           count(*) filter (where status = 'sent')::int as sent
      from notifications.notification`)
  if (state === undefined) throw new Error('no row')
  return state
}

it.each(['down', 'hang'] as const)(
  'A server in an outage (%s) is asked by one mail now and then; once it is back all go out, each as one mail',
  async fault => {
    await given.rows(sql`delete from notifications.notification`)
    await using proxy = await startFaultProxy(given.sink.url)
    await proxy[fault]()
    const users = Array.from({ length: mails }, () => given.givenUser())
    for (const { userId } of users) await given.deliver(placed, { ...placed.example, userId })
    await using replica = openNotifications(given.url, given.users, { smtpUrl: proxy.url, sendingMs: 2_000 })
    await using _ = replica.send()

    // Some find out, and then one now and then that looks whether it is back. Who was not tried is as before.
    const isLeftAlone = ({ tries, untried }: Awaited<ReturnType<typeof stateOf>>) =>
      tries >= 5 && tries < 20 && untried > 30
    await eventually(async () => isLeftAlone(await stateOf()), { within: 20_000 })

    await proxy.up()
    await eventually(async () => (await stateOf()).sent === mails, { within: 40_000 })
    // On a busy machine one may be taken after it was given up, and comes again under its Message-ID.
    for (const user of users)
      expect(new Set(given.mailsTo(user).map(({ messageId }) => messageId)).size).toBe(1)
  },
)
