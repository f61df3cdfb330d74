import { readMail } from '@plinth/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mail } from '../../tests/example-mail.ts'
import { mimeOf } from './mime.ts'

/** Of whatever people write: signs of all kinds, dots and spaces at either end of a line, line breaks of all kinds. */
const written = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.constantFrom('.', '--', '=', ' ', '\t', 'é'),
    ),
  )
  .chain(words => fc.constantFrom('\n', '\r\n', ' ').map(between => words.join(between)))

const read = (message: Buffer) => readMail('1', message, new Date())
const lines = (text: string) => text.replaceAll(/\r\n?/g, '\n').trimEnd()

it('arrives as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(written, written, async (text, html) => {
      const found = await read(mimeOf({ ...mail, text, html }).message)
      expect(lines(found.text)).toBe(lines(text))
      expect(lines(found.html)).toBe(lines(html))
    }),
  )
})

it('goes out in short lines of ASCII', () => {
  fc.assert(
    fc.property(written, written, fc.string({ unit: 'grapheme', maxLength: 200 }), (text, html, subject) => {
      const sent = mimeOf({ ...mail, text, html, subject }).message.toString('latin1')
      for (const line of sent.split('\r\n')) expect(line).toMatch(/^[\t\x20-\x7e]{0,998}$/)
    }),
  )
})

it.each([
  ['in a subject', { subject: 'Hello\r\nBcc: eve@example.com' }],
  ['in a name', { to: { name: 'Ada\r\nBcc: eve@example.com', address: 'ada@example.com' } }],
])('has no header that was smuggled in %s', (_, smuggled) => {
  const { to, message } = mimeOf({ ...mail, ...smuggled })
  expect(to).toBe('ada@example.com')
  expect(message.toString('latin1')).not.toMatch(/^bcc:/im)
})

it('says what it is', async () => {
  const { from, to, message } = mimeOf({ ...mail, subject: 'Grüße — 你好' })
  expect({ from, to }).toEqual({ from: 'shop@shop.example', to: 'ada@example.com' })
  const { messageId } = mail
  expect(await read(message)).toMatchObject({
    messageId,
    from: '"Plinth" <shop@shop.example>',
    subject: 'Grüße — 你好',
  })
  expect(message.toString()).toContain('Auto-Submitted: auto-generated')
})
