import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort, startMailbox } from '../src/index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plinth-mailbox-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const send = (smtpUrl: string, subject: string, more: object = {}) =>
  createTransport(smtpUrl).sendMail({
    from: 'shop@example.com',
    to: 'ann@example.com',
    subject,
    text: 'Hello',
    ...more,
  })

test('a mail is kept with all that a reader wants to see', async () => {
  await using mailbox = await startMailbox({ directory })
  await send(mailbox.smtpUrl, 'Grüße, 5 €', {
    from: '"Plinth, the shop" <shop@example.com>',
    cc: 'bob@example.com',
    bcc: 'audit@example.com',
    html: '<p>Hello</p>',
    messageId: '<order-1@example.com>',
  })
  const [mail] = await mailbox.list()
  expect(mail).toMatchObject({
    messageId: '<order-1@example.com>',
    from: '"Plinth, the shop" <shop@example.com>',
    to: ['ann@example.com', 'bob@example.com', 'audit@example.com'],
    subject: 'Grüße, 5 €',
    text: 'Hello',
    html: '<p>Hello</p>',
  })
  expect(Math.abs(Date.now() - (mail?.at.getTime() ?? 0))).toBeLessThan(10_000)
  expect(await mailbox.get(mail?.id ?? '')).toEqual(mail)
  expect(await mailbox.get('../../etc/passwd')).toBeUndefined()
})

test('mails are listed newest first, and still there after a restart', async () => {
  const port = await freePort()
  const ids: string[] = []
  {
    await using mailbox = await startMailbox({ directory, port })
    expect(mailbox.smtpUrl).toBe(`smtp://127.0.0.1:${port}`)
    for (const subject of ['one', 'two', 'three']) await send(mailbox.smtpUrl, subject)
    ids.push(...(await mailbox.list()).map(mail => mail.id))
    expect((await mailbox.list()).map(mail => mail.subject)).toEqual(['three', 'two', 'one'])
  }
  await using mailbox = await startMailbox({ directory, port })
  expect((await mailbox.list()).map(mail => mail.id)).toEqual(ids)
  await send(mailbox.smtpUrl, 'four')
  expect((await mailbox.list()).map(mail => mail.subject)).toEqual(['four', 'three', 'two', 'one'])
})

test('clearing leaves nothing, on disk neither', async () => {
  await using mailbox = await startMailbox({ directory })
  await Promise.all([1, 2, 3].map(n => send(mailbox.smtpUrl, `mail ${n}`)))
  expect(await mailbox.list()).toHaveLength(3)
  await mailbox.clear()
  expect(await mailbox.list()).toEqual([])
  expect(await readdir(directory)).toEqual([])
})

test('a mail that is too large is refused for good', async () => {
  await using mailbox = await startMailbox({ directory })
  const text = `${'x'.repeat(75)}\n`.repeat(140_000)
  await expect(send(mailbox.smtpUrl, 'huge', { text })).rejects.toMatchObject({ responseCode: 552 })
  expect(await mailbox.list()).toEqual([])
})
