import { contextOf, newId } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Given, givenNotifications, openNotifications, userWith } from './given.ts'

const { placed } = ordersContract.events
const { registered } = usersContract.events
const admin = contextOf(userWith('admin'))
let given: Given

beforeAll(async () => {
  given = await givenNotifications()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(async () => {
  given.sink.failWith(undefined)
  await given.trySending()
})

const givenMail = async () => {
  const user = given.givenUser()
  await given.deliver(placed, { ...placed.example, userId: user.userId })
  return user
}

describe('a mail', () => {
  it('goes out by itself, at once', async () => {
    await using _ = given.send()
    const user = await givenMail()
    await given.sink.waitFor(mail => mail.to.includes(user.email))
    await expect.poll(() => given.mailTo(user)).toMatchObject({ status: 'sent', attempts: 1 })
  })

  it.each([421, 451, 452])('that is refused with %i for now goes out later', async code => {
    const user = await givenMail()
    given.sink.failWith(code)
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({ status: 'pending', attempts: 1, sentAt: null })
    given.sink.failWith(undefined)
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({ status: 'sent', attempts: 2, lastError: null })
    expect(given.mailsTo(user)).toHaveLength(1)
  })

  it.each([550, 552, 554])('that is refused with %i for good has failed', async code => {
    const user = await givenMail()
    given.sink.failWith(code)
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({
      status: 'failed',
      attempts: 1,
      lastError: `The server answered ${code}.`,
      sentAt: null,
    })
  })

  it('waits for a server that hangs', async () => {
    const user = await givenMail()
    given.sink.failWith('hang')
    const impatient = openNotifications(given.url, given.users, { smtpUrl: given.sink.url, sendingMs: 200 })
    await using _ = impatient
    await impatient.trySending()
    expect(await given.mailTo(user)).toMatchObject({
      status: 'pending',
      lastError: 'The server did not answer in time.',
    })
    given.sink.failWith(undefined)
    await given.trySending()
    expect(given.mailsTo(user)).toHaveLength(1)
  })

  it.each([
    ['that is away', 'smtp://127.0.0.1:1'],
    ['that wants another password', 'smtp://shop:wrong@127.0.0.1:PORT'],
  ])('waits for a server %s', async (_, url) => {
    const user = await givenMail()
    const smtpUrl = url.replace('PORT', new URL(given.sink.url).port)
    const other = openNotifications(given.url, given.users, { smtpUrl })
    await using __ = other
    await other.trySending()
    expect(await given.mailTo(user)).toMatchObject({
      status: 'pending',
      attempts: 1,
      lastError: expect.stringMatching(/./),
    })
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({ status: 'sent' })
  })

  it('is tried for three days, and then given up', async () => {
    const user = await givenMail()
    given.sink.failWith(451)
    await given.rows(sql`
      update notifications.notification set patience_from = now() - interval '73 hours'
       where recipient_id = ${user.userId}`)
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({ status: 'failed', attempts: 1 })
  })

  it('is tried again after a second, and never later than half a minute', async () => {
    const user = await givenMail()
    given.sink.failWith(451)
    const wait = async () => {
      await given.trySending()
      const [row] = await given.rows<{ wait: number }>(sql`
        select extract(epoch from next_attempt_at - now())::float8 as wait
          from notifications.notification where recipient_id = ${user.userId}`)
      return row?.wait
    }
    expect(await wait()).toBeLessThanOrEqual(1)
    await given.rows(sql`
      update notifications.notification set attempts = 5000 where recipient_id = ${user.userId}`)
    const last = await wait()
    expect(last).toBeGreaterThan(20)
    expect(last).toBeLessThanOrEqual(30)
  })
})

describe('after a crash', () => {
  it('between the yes of the server and our note of it, the mail goes out again as the same mail', async () => {
    const user = await givenMail()
    given.sink.failWith('lost-reply')
    const doomed = openNotifications(given.url, given.users, { smtpUrl: given.sink.url, sendingMs: 400 })
    const running = doomed.send()
    await given.sink.waitFor(mail => mail.to.includes(user.email))
    await doomed[Symbol.asyncDispose]()
    await running?.[Symbol.asyncDispose]()
    expect(await given.mailTo(user)).toMatchObject({ status: 'pending', attempts: 1, lastError: null })

    given.sink.failWith(undefined)
    await given.trySending()
    const [first, second, ...others] = given.mailsTo(user)
    expect(others).toEqual([])
    expect(first?.messageId).toMatch(/^<.+@shop\.example>$/)
    expect(second?.messageId).toBe(first?.messageId)
    expect(await given.mailTo(user)).toMatchObject({ status: 'sent', attempts: 2 })
  })

  it('a mail is not tried again before its lease is over', async () => {
    const user = await givenMail()
    await given.rows(sql`
      update notifications.notification set attempts = 1, next_attempt_at = now() + interval '1 hour'
       where recipient_id = ${user.userId}`)
    const other = await givenMail()
    await using _ = given.send()
    await given.sink.waitFor(mail => mail.to.includes(other.email))
    expect(given.mailsTo(user)).toEqual([])
  })

  it('or without one: a mail that somebody else is at does not hold up the others', async () => {
    const taken = await givenMail()
    const next = await givenMail()
    await given.database.transaction(contextOf(), async inTx => {
      await given.database.on(inTx).execute(sql`
        select 1 from notifications.notification where recipient_id = ${taken.userId} for update`)
      await using _ = given.send()
      await given.sink.waitFor(mail => mail.to.includes(next.email))
    })
    expect(given.mailsTo(taken)).toEqual([])
  })

  it('or without one: two replicas send each mail once', async () => {
    const users = await Promise.all(Array.from({ length: 40 }, givenMail))
    const other = openNotifications(given.url, given.users, { smtpUrl: given.sink.url })
    await using _ = other
    await using _here = given.send()
    await using _there = other.send()
    const open = () => given.rows(sql`select 1 from notifications.notification where status = 'pending'`)
    await expect.poll(open, { timeout: 5000 }).toEqual([])
    for (const user of users) expect(given.mailsTo(user)).toHaveLength(1)
  })
})

describe('a mail that is sent again', () => {
  it.each([undefined, 550])('keeps its Message-ID (refused before: %s)', async code => {
    const user = await givenMail()
    given.sink.failWith(code)
    await given.trySending()
    const before = await given.mailTo(user)
    given.sink.failWith(undefined)
    const resent = await given.call.resendNotification(admin, { notificationId: before.id })
    expect(resent).toMatchObject({ id: before.id, status: 'pending', attempts: 0, sentAt: null })
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({ status: 'sent', messageId: before.messageId })
    const ids = given.mailsTo(user).map(each => each.messageId)
    expect(ids).toEqual(Array(code === undefined ? 2 : 1).fill(before.messageId))
  })

  it('has a link of its own', async () => {
    const user = given.givenUser()
    await given.deliver(registered, { ...user })
    await given.trySending()
    const { id } = await given.mailTo(user)
    await given.call.resendNotification(admin, { notificationId: id })
    await given.trySending()
    const tokens = given.mailsTo(user).map(each => /token=(\S+)/.exec(each.text)?.[1])
    expect(tokens).toEqual(given.users.tokens.slice(-2))
  })

  it('is tried for three days once more', async () => {
    const user = await givenMail()
    given.sink.failWith(451)
    await given.rows(sql`
      update notifications.notification set patience_from = now() - interval '73 hours'
       where recipient_id = ${user.userId}`)
    await given.trySending()
    const { id, status } = await given.mailTo(user)
    expect(status).toBe('failed')
    await given.call.resendNotification(admin, { notificationId: id })
    await given.trySending()
    expect(await given.mailTo(user)).toMatchObject({ status: 'pending', attempts: 1 })
  })

  it('is one there is', async () => {
    await expect(given.call.resendNotification(admin, { notificationId: newId() })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('the list of notifications', () => {
  it('is paged, newest first, by status', async () => {
    given.sink.failWith(550)
    const users = []
    for (let each = 0; each < 3; each += 1) users.unshift(await givenMail())
    await given.trySending()
    const list = (cursor?: string | null) =>
      given.call.listNotifications(admin, {
        status: 'failed',
        limit: 2,
        ...(typeof cursor === 'string' && { cursor }),
      })
    const first = await list()
    expect(first.data.map(each => each.recipient)).toEqual(users.slice(0, 2).map(each => each.email))
    const next = await list(first.nextCursor)
    expect(next.data[0]?.recipient).toBe(users[2]?.email)
    await expect(
      given.call.listNotifications(admin, { limit: 2, cursor: first.nextCursor ?? '' }),
    ).rejects.toMatchObject({ code: 'invalid_cursor' })
  })
})
