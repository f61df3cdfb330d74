import { newId } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import { paymentsContract } from '@plinth/payments-contract'
import { usersContract } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Given, givenNotifications, someone } from './given.ts'

const { placed, cancelled } = ordersContract.events
const { refunded, refundFailed } = paymentsContract.events
const { registered, passwordResetRequested } = usersContract.events
let given: Given

beforeAll(async () => {
  given = await givenNotifications()
})
afterAll(() => given[Symbol.asyncDispose]())

/** The one mail that somebody got. */
const mailFor = async (user: ReturnType<Given['givenUser']>) => {
  await given.trySending()
  const [mail, ...others] = given.mailsTo(user)
  expect(others).toEqual([])
  if (mail === undefined) throw new Error('there is no mail')
  return mail
}

it.each([
  ['A registration', registered, 'welcome', /^Welcome to Plinth$/, 'verify-email?token='],
  [
    'A forgotten password',
    passwordResetRequested,
    'password_reset',
    /^Set a new password$/,
    'reset-password?token=',
  ],
] as const)('%s becomes a mail with a link, in text and HTML', async (_, event, type, subject, link) => {
  const user = given.givenUser()
  await given.deliver(event, { ...user })
  const mail = await mailFor(user)
  const token = given.users.tokens.at(-1)
  expect(mail.subject).toMatch(subject)
  expect(mail.from).toContain('shop@shop.example')
  expect(mail.text).toContain('Hello Ada Lovelace')
  expect(mail.text).toContain(`https://shop.example/${link}${token}`)
  expect(mail.html).toContain(`https://shop.example/${link.replace('=', '&#x3D;')}${token}`)
  expect(await given.mailTo(user)).toMatchObject({
    type,
    recipient: user.email,
    status: 'sent',
    attempts: 1,
    lastError: null,
    messageId: mail.messageId,
  })
})

it('A placed order is confirmed with its number, its lines and its total', async () => {
  const user = given.givenUser()
  const total = { amount: 123456, currency: 'USD' }
  await given.deliver(placed, { ...placed.example, userId: user.userId, number: '100777', total })
  const mail = await mailFor(user)
  expect(mail.subject).toBe('Your order 100777')
  for (const part of [mail.text, mail.html]) {
    expect(part).toContain('Linen shirt, M')
    expect(part).toContain('$49.00')
    expect(part).toContain('$1,234.56')
  }
})

it.each([true, false])('A cancelled order is confirmed (was it paid? %s)', async wasPaid => {
  const user = given.givenUser()
  await given.deliver(cancelled, { ...cancelled.example, userId: user.userId, number: '100778', wasPaid })
  const mail = await mailFor(user)
  expect(mail.subject).toBe('Your order 100778 is cancelled')
  for (const part of [mail.text, mail.html]) expect(part.includes('on its way back')).toBe(wasPaid)
})

it('A refund is confirmed with what came back', async () => {
  const user = given.givenUser()
  const amount = { amount: 1900, currency: 'USD' }
  await given.deliver(refunded, { ...refunded.example, userId: user.userId, orderNumber: '100779', amount })
  const mail = await mailFor(user)
  expect(mail.subject).toBe('Your refund for order 100779')
  for (const part of [mail.text, mail.html]) expect(part).toContain('$19.00')
})

it('A refund that failed goes to every admin, and not to the buyer', async () => {
  const buyer = given.givenUser()
  given.users.admins.push(someone('Grace'), someone('Hedy'))
  const data = { ...refundFailed.example, userId: buyer.userId, orderNumber: '100780' }
  await given.deliver(refundFailed, data)
  await given.trySending()
  for (const admin of given.users.admins) {
    const [mail] = given.mailsTo(admin)
    expect(mail?.subject).toBe('A refund for order 100780 did not go through')
    expect(mail?.text).toContain(`Hello ${admin.name}`)
    expect(mail?.text).toContain(`POST https://shop.example/v1/admin/refunds/${data.refundId}/retry`)
  }
  expect(given.mailsTo(buyer)).toEqual([])
  const ids = given.users.admins.flatMap(each => given.mailsTo(each)).map(each => each.messageId)
  expect(new Set(ids).size).toBe(2)
})

it('One mail for each event and recipient, however often and at the same time it is delivered', async () => {
  const user = given.givenUser()
  const data = { ...placed.example, userId: user.userId }
  const id = newId()
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => given.deliver(placed, data, id)))
  expect(outcomes.filter(each => each === 'handled')).toHaveLength(1)
  // The inbox forgets after a while; the mail itself does not.
  await given.rows(sql`delete from notifications.inbox where event_id = ${id}`)
  expect(await given.deliver(placed, data, id)).toBe('handled')
  await given.deliver(placed, data)
  await given.trySending()
  const ids = given.mailsTo(user).map(each => each.messageId)
  expect(ids).toHaveLength(2)
  expect(ids.filter(each => each.startsWith(`<${id}.`) && each.endsWith('@shop.example>'))).toHaveLength(1)
})

it('Somebody whose account is gone gets no mail, and the event is done with', async () => {
  const before = given.sink.attempts()
  expect(await given.deliver(placed, { ...placed.example, userId: someone().userId })).toBe('handled')
  await given.trySending()
  expect(given.sink.attempts()).toBe(before)
})

it('A link for somebody whose account is gone is given up', async () => {
  const user = someone()
  await given.deliver(registered, user)
  await given.trySending()
  expect(await given.mailTo(user)).toMatchObject({ status: 'failed', attempts: 1 })
})

it('No token is ever kept or logged, whether the mail went out or not', async () => {
  const user = given.givenUser()
  for (const fault of [421, 550, undefined]) {
    given.sink.failWith(fault)
    await given.deliver(registered, { ...user })
    await given.deliver(passwordResetRequested, { ...user })
    await given.trySending()
  }
  const kept = JSON.stringify(await given.rows(sql`select to_jsonb(n) from notifications.notification n`))
  const logged = given.lines.join('\n')
  expect(logged).toContain('a mail was not taken')
  expect(given.users.tokens.length).toBeGreaterThan(5)
  for (const token of given.users.tokens) {
    expect(kept).not.toContain(token)
    expect(logged).not.toContain(token)
  }
  expect(logged).not.toContain(user.email)
})

it('What is kept of an event is what its mail tells', async () => {
  const user = given.givenUser()
  await given.deliver(placed, { ...placed.example, userId: user.userId })
  const [row] = await given.rows<{ content: object }>(
    sql`select content from notifications.notification where recipient_id = ${user.userId}`,
  )
  expect(Object.keys(row?.content ?? {}).toSorted()).toEqual(['lines', 'number', 'total'])
})

it('A name that looks like markup, or like a header, stays a name', async () => {
  const user = given.givenUser('<script>alert(1)</script>" <evil@example.com>, "Bcc: x')
  await given.deliver(registered, { ...user })
  const mail = await mailFor(user)
  expect(mail.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(mail.html).not.toContain('<script>')
  expect(mail.to).toEqual([user.email])
})
