import type { Mail, MailSink } from '@plinth/testing'
import { clientOf } from '../client.ts'
import type { Person } from '../people.ts'

/** Tokens that were mailed and not yet used. */
export interface MailedTokens {
  readonly reset: readonly string[]
  readonly verification: readonly string[]
}

/** The tokens that people got when they signed up, and those that they get when they forget their passwords. */
export const mailedTokens = async (
  url: string,
  mails: MailSink,
  people: readonly Person[],
): Promise<MailedTokens> => {
  const tokenFor = async ({ email }: Person, subject: RegExp) =>
    tokenIn(await mails.waitFor(mail => mail.to.includes(email) && subject.test(mail.subject), within))
  for (const { email } of people) await clientOf(url).post('/v1/auth/password/forgot', { email })
  return {
    reset: await Promise.all(people.map(person => tokenFor(person, /password/i))),
    verification: await Promise.all(people.map(person => tokenFor(person, /^Welcome/))),
  }
}

/** The token in the link of a mail. */
export const tokenIn = ({ text }: Pick<Mail, 'text'>): string => {
  const token = /token=([\w.~%-]+)/.exec(text ?? '')?.[1]
  if (token === undefined) throw new Error(`there is no token in the mail: ${text}`)
  return decodeURIComponent(token)
}

const within = { within: 60_000 }
