import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'
import { startMailSink } from '../src/index.ts'

const send = (url: string, subject: string, patienceMs = 10_000) =>
  createTransport(`${url}?socketTimeout=${patienceMs}`).sendMail({
    from: 'Plinth <shop@example.com>',
    to: 'ann@example.com',
    bcc: 'log@example.com',
    subject,
    text: `about ${subject}`,
    messageId: `<${subject}@example.com>`,
  })

test('a mail sent is a mail kept, blind copies included', async () => {
  await using sink = await startMailSink()
  const sent = send(sink.url, 'hello')
  const mail = await sink.waitFor(each => each.subject === 'hello')
  await sent
  expect(mail).toMatchObject({
    from: '"Plinth" <shop@example.com>',
    to: ['ann@example.com', 'log@example.com'],
    messageId: '<hello@example.com>',
    text: 'about hello\n',
    html: '',
  })
})

test('a temporary and a permanent refusal reach the sender with their code, and nothing is kept', async () => {
  await using sink = await startMailSink()
  sink.failWith(451)
  await expect(send(sink.url, 'first')).rejects.toMatchObject({ responseCode: 451 })
  sink.failWith(550)
  await expect(send(sink.url, 'second')).rejects.toMatchObject({ responseCode: 550 })
  expect(sink.mails()).toEqual([])
  expect(sink.attempts()).toBe(2)
  sink.failWith(undefined)
  await send(sink.url, 'third')
  expect(sink.mails().map(mail => mail.subject)).toEqual(['third'])
})

test('a sink that hangs answers nobody, and can be stopped all the same', async () => {
  await using sink = await startMailSink()
  sink.failWith('hang')
  await expect(send(sink.url, 'lost', 300)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(sink.mails()).toEqual([])
})

test('a lost reply leaves the mail kept and the sender without an answer', async () => {
  await using sink = await startMailSink()
  sink.failWith('lost-reply')
  await expect(send(sink.url, 'kept', 1000)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(sink.mails().map(mail => mail.subject)).toEqual(['kept'])
})

test('waiting for a mail that never comes names those that did', async () => {
  await using sink = await startMailSink()
  await send(sink.url, 'other')
  await expect(sink.waitFor(mail => mail.subject === 'wanted', { within: 50 })).rejects.toThrow(
    'among 1: other',
  )
})
