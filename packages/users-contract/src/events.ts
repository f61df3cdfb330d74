import { event, newId } from '@plinth/kernel'
import { z } from 'zod'
import { email, userId } from './user.ts'

const about = { userId, email, name: z.string() }
const example = { userId: newId<'User'>(), email: 'ada@example.com', name: 'Ada Lovelace' }

/** Somebody has an account now. */
export const registered = event('users.registered', {
  summary: 'A user signed up.',
  data: z.strictObject(about),
  example,
  mandatory: true,
})

/** Somebody asked for a new password. The token itself is never in an event; the mailer asks for one. */
export const passwordResetRequested = event('users.password-reset-requested', {
  summary: 'A user asked to reset the password.',
  data: z.strictObject(about),
  example,
  mandatory: true,
})
