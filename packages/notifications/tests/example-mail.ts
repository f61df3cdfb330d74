import type { Mail } from '../src/smtp/transport.ts'

/** A mail, ready to go. */
export const mail: Mail = {
  messageId: '<1@shop.example>',
  from: 'Plinth <shop@shop.example>',
  to: { name: 'Ada', address: 'ada@example.com' },
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
}
