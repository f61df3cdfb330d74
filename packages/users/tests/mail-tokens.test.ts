import { Unauthenticated, ValidationFailed } from '@plinth/kernel'
import type { Job } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { InvalidCredentials, InvalidToken } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anybody, type Given, givenUsers, password } from './given.ts'

let given: Given
let running: AsyncDisposable
beforeAll(async () => {
  given = await givenUsers()
  running = jobNamed('users.look-into-reset-requests').start(silentLogger)
})
afterAll(async () => {
  await running[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const jobNamed = (name: string): Job => {
  const job = given.users.jobs.find(each => each.name === name)
  if (job === undefined) throw new Error(`there is no job ${name}`)
  return job
}

/** Asks for a new password, and waits until that was looked into. */
const ask = async (email: string, times = 1) => {
  await Promise.all(Array.from({ length: times }, () => given.call.requestPasswordReset(anybody, { email })))
  await eventually(async () => expect(await given.rows(sql`select from users.reset_request`)).toHaveLength(0))
}

const theirs = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const another = 'staple battery horse correct'
const reset = (token: string, to = another) => given.call.resetPassword(anybody, { token, password: to })

describe('asking for a new password', () => {
  test('is announced once, with nothing secret in it', async () => {
    const { id, email, name } = await given.register()
    await ask(email.toUpperCase())
    const [, requested, ...more] = await given.events(id)
    expect(requested).toEqual({
      type: 'users.password-reset-requested',
      mandatory: true,
      data: { userId: id, email, name },
    })
    expect(more).toEqual([])
  })

  test('again and again brings five mails in ten minutes, and the same answer', async () => {
    const { id, email } = await given.register()
    const mails = async () => (await given.events(id)).length - 1
    await ask(email, 8)
    expect(await mails()).toBe(5)
    await given.rows(sql`
      update users.account set resets_asked = array(select at - interval '10 minutes' from unnest(resets_asked) at)
       where id = ${id}`)
    await ask(email, 8)
    expect(await mails()).toBe(10)
  })

  test('for an e-mail that nobody has gets the same answer and announces nothing', async () => {
    const count = () => given.rows(sql`select count(*) from users.outbox`)
    const before = await count()
    const asked = given.call.requestPasswordReset(anybody, { email: 'nobody@example.com' })
    await expect(asked).resolves.toBeUndefined()
    await ask('nobody@example.com')
    expect(await count()).toEqual(before)
  })

  test('is looked into by whichever replica is there, once', async () => {
    const { id, email } = await given.register()
    await Promise.all([
      given.call.requestPasswordReset(anybody, { email }),
      given.elsewhere.requestPasswordReset(anybody, { email }),
      given.elsewhere.requestPasswordReset({ ...anybody, traceparent: theirs }, { email }),
    ])
    const events = await eventually(
      async () => {
        const [, ...found] = await given.rows(sql`
          select traceparent from users.outbox where subject = ${id} order by id`)
        expect(found).toHaveLength(3)
        return found
      },
      { within: 15_000 },
    )
    expect(events.filter(({ traceparent }) => traceparent === theirs)).toHaveLength(1)
  })
})

describe('setting a new password', () => {
  test('works once, ends every session, and confirms the address', async () => {
    const { user, tokens } = await given.signedIn()
    given.announced.length = 0
    const token = await given.token(user.id)
    await reset(token)
    await expect(reset(token)).rejects.toSatisfy(InvalidToken.is)
    expect(given.announced).toEqual([
      { kind: 'session_ended', sessionId: expect.any(String), at: expect.any(String) },
    ])
    await expect(given.call.refresh(anybody, { refreshToken: tokens.refreshToken })).rejects.toSatisfy(
      Unauthenticated.is,
    )
    await expect(given.call.login(anybody, { email: user.email, password })).rejects.toSatisfy(
      InvalidCredentials.is,
    )
    expect(await given.call.login(anybody, { email: user.email, password: another })).toBeDefined()
    const [contact] = await given.rows(sql`select email_verified from users.account where id = ${user.id}`)
    expect(contact).toEqual({ email_verified: true })
  })

  test('with one token at once works exactly once', async () => {
    const { id } = await given.register()
    const token = await given.token(id)
    const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => reset(token)))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const each of attempts)
      if (each.status === 'rejected') expect(each.reason).toSatisfy(InvalidToken.is)
  })

  test('or confirming an address with one of several mails makes the others worthless, also at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await given.register()
      const tokens = await Promise.all([1, 2, 3, 4].map(() => given.token(id, 'verify_email')))
      const attempts = await Promise.allSettled(
        tokens.map((token, index) =>
          (index % 2 === 0 ? given.call : given.elsewhere).verifyEmail(anybody, { token }),
        ),
      )
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const each of attempts)
        if (each.status === 'rejected') expect(each.reason).toSatisfy(InvalidToken.is)
    }
  })

  test('is refused for a common password, and the mail is still good', async () => {
    const { id } = await given.register()
    const token = await given.token(id)
    await expect(reset(token, 'password1234')).rejects.toSatisfy(ValidationFailed.is)
    await expect(reset(token)).resolves.toBeUndefined()
  })

  test('leaves no session open that was being opened with the old one', async () => {
    for (let round = 0; round < 4; round++) {
      const { id, email } = await given.register()
      const token = await given.token(id)
      await Promise.allSettled([given.call.login(anybody, { email, password }), reset(token)])
      const open = await given.rows(
        sql`select 1 from users.session where user_id = ${id} and ended_at is null`,
      )
      expect(open).toEqual([])
    }
  })
})

describe('a mailed token', () => {
  test('is good for what it was mailed for, and nothing else', async () => {
    const { id } = await given.register()
    const toReset = await given.token(id)
    const toVerify = await given.token(id, 'verify_email')
    await expect(given.call.verifyEmail(anybody, { token: toReset })).rejects.toSatisfy(InvalidToken.is)
    await expect(reset(toVerify)).rejects.toSatisfy(InvalidToken.is)
    await given.call.verifyEmail(anybody, { token: toVerify })
    await expect(given.call.verifyEmail(anybody, { token: toVerify })).rejects.toSatisfy(InvalidToken.is)
    await expect(reset(toReset)).resolves.toBeUndefined()
  })

  test('is kept as a hash alone', async () => {
    const { id } = await given.register()
    const token = await given.token(id)
    const [kept] = await given.rows<{ row: string }>(
      sql`select t::text as row from users.mail_token t where user_id = ${id}`,
    )
    expect(kept?.row).not.toContain(token)
    expect(kept?.row).not.toContain(Buffer.from(token).toString('hex'))
  })

  test.each([
    ['reset_password', 30],
    ['verify_email', 7 * 24 * 60],
  ] as const)('to %s lives %i minutes by the clock of the database', async (purpose, minutes) => {
    const { id } = await given.register()
    const token = await given.token(id, purpose)
    const left = () =>
      given.rows(
        sql`select round(extract(epoch from expires_at - now()) / 60)::int as minutes from users.mail_token where user_id = ${id}`,
      )
    expect(await left()).toEqual([{ minutes }])
    await given.rows(sql`
      update users.mail_token set expires_at = expires_at - make_interval(mins => ${minutes}) where user_id = ${id}`)
    const spend = purpose === 'verify_email' ? given.call.verifyEmail(anybody, { token }) : reset(token)
    await expect(spend).rejects.toSatisfy(InvalidToken.is)
  })

  test('and a session that have been of no use for a day are forgotten, and no others', async () => {
    const { user } = await given.signedIn()
    await given.token(user.id)
    const stale = await given.signedIn()
    await given.token(stale.user.id)
    await given.rows(sql`
      with aged as (update users.session set expires_at = now() - interval '25 hours' where user_id = ${stale.user.id})
      update users.mail_token set expires_at = now() - interval '25 hours' where user_id = ${stale.user.id}`)
    // More refresh tokens than go at once.
    await given.rows(sql`
      insert into users.refresh_token (hash, session_id, spent_at)
      select sha256(n::text::bytea), id, now() from users.session, generate_series(1, 2500) n
       where user_id = ${stale.user.id}`)
    await using _running = jobNamed('users.forget-tokens').start(silentLogger)
    const kept = (userId: string) =>
      given.rows(sql`
        select (select count(*) from users.session where user_id = ${userId}) as sessions,
               (select count(*) from users.mail_token where user_id = ${userId}) as tokens`)
    await eventually(async () => expect(await kept(stale.user.id)).toEqual([{ sessions: 0, tokens: 0 }]))
    expect(await kept(user.id)).toEqual([{ sessions: 1, tokens: 1 }])
  })
})
