import { contextOf, Forbidden, NotFound, newId, Unauthenticated, ValidationFailed } from '@plinth/kernel'
import { RefreshTokenReused, WrongPassword } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, anybody, type Given, givenUsers, internal, password, userWith } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenUsers()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(() => {
  given.announced.length = 0
})

/** Somebody in a session of theirs. */
const within = (userId: string, accessToken: string) =>
  contextOf({ ...userWith(['user'], userId), sessionId: String(sessionOf(accessToken)) })

const refresh = (refreshToken: string) => given.call.refresh(anybody, { refreshToken })
const sessionOf = (accessToken: string) => decodeJwt(accessToken).sid

describe('refreshing', () => {
  test('gives a new pair within the same session, with the roles as they are now', async () => {
    const { user, tokens } = await given.signedIn()
    await given.call.setRoles(admin, { userId: user.id, roles: ['user', 'seller'] })
    const next = await refresh(tokens.refreshToken)
    expect(next.refreshToken).not.toBe(tokens.refreshToken)
    expect(decodeJwt(next.accessToken)).toMatchObject({
      sid: sessionOf(tokens.accessToken),
      sub: user.id,
      roles: ['user', 'seller'],
    })
    expect((await refresh(next.refreshToken)).expiresIn).toBe(900)
  })

  test('with a spent token ends the session: every token of it is dead', async () => {
    const { tokens } = await given.signedIn()
    const next = await refresh(tokens.refreshToken)
    await expect(refresh(tokens.refreshToken)).rejects.toSatisfy(RefreshTokenReused.is)
    await expect(refresh(next.refreshToken)).rejects.toSatisfy(Unauthenticated.is)
    expect(given.announced).toEqual([
      { kind: 'session_ended', sessionId: sessionOf(tokens.accessToken), at: expect.any(String) },
    ])
  })

  test('at once with one token succeeds exactly once, on whatever replica', async () => {
    // The connections of the first round are still being opened, so it is the later ones that race.
    for (let round = 0; round < 4; round++) {
      const { tokens } = await given.signedIn()
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? given.call : given.elsewhere).refresh(anybody, {
            refreshToken: tokens.refreshToken,
          }),
        ),
      )
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const attempt of attempts)
        if (attempt.status === 'rejected') expect(attempt.reason).toSatisfy(RefreshTokenReused.is)
    }
  })

  describe('with a key, after a lost answer', () => {
    const retry = (refreshToken: string, idempotencyKey: string) =>
      given.call.refresh({ ...anybody, idempotencyKey }, { refreshToken })

    test('gives the same successor again to the same token and key, on whatever replica', async () => {
      const { tokens } = await given.signedIn()
      const first = await retry(tokens.refreshToken, 'try-1')
      const again = await given.elsewhere.refresh(
        { ...anybody, idempotencyKey: 'try-1' },
        { refreshToken: tokens.refreshToken },
      )
      expect(again.refreshToken).toBe(first.refreshToken)
      expect(sessionOf(again.accessToken)).toBe(sessionOf(tokens.accessToken))
      expect((await refresh(first.refreshToken)).expiresIn).toBe(900)
    })

    test('at once is one refresh', async () => {
      const { tokens } = await given.signedIn()
      const pairs = await Promise.all(
        Array.from({ length: 8 }, () => retry(tokens.refreshToken, 'all at once')),
      )
      expect(new Set(pairs.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    })

    test.each([
      ['another key', (token: string) => retry(token, 'another')],
      ['no key', (token: string) => refresh(token)],
    ])('is a reuse with %s', async (_, reuse) => {
      const { tokens } = await given.signedIn()
      const next = await retry(tokens.refreshToken, 'mine')
      await expect(reuse(tokens.refreshToken)).rejects.toSatisfy(RefreshTokenReused.is)
      await expect(refresh(next.refreshToken)).rejects.toSatisfy(Unauthenticated.is)
    })

    test('is a reuse once the successor was used, or a minute is over', async () => {
      const used = await given.signedIn()
      const next = await retry(used.tokens.refreshToken, 'mine')
      await refresh(next.refreshToken)
      await expect(retry(used.tokens.refreshToken, 'mine')).rejects.toSatisfy(RefreshTokenReused.is)

      const late = await given.signedIn()
      await retry(late.tokens.refreshToken, 'mine')
      await given.rows(sql`
        update users.refresh_token set spent_at = spent_at - interval '61 seconds'
          from users.session where session.id = session_id and user_id = ${late.user.id} and spent_at is not null`)
      await expect(retry(late.tokens.refreshToken, 'mine')).rejects.toSatisfy(RefreshTokenReused.is)
    })

    test('is of no use after signing out', async () => {
      const { tokens } = await given.signedIn()
      await retry(tokens.refreshToken, 'mine')
      await given.call.logout(anybody, { refreshToken: tokens.refreshToken })
      await expect(retry(tokens.refreshToken, 'mine')).rejects.toSatisfy(RefreshTokenReused.is)
    })
  })

  test('ends after 30 days without one, and after 90 in any case', async () => {
    const { user, tokens } = await given.signedIn()
    const lasts = async () => {
      const [session] = await given.rows<{ days: number }>(
        sql`select round(extract(epoch from expires_at - now()) / 86400)::int as days from users.session where user_id = ${user.id}`,
      )
      return session?.days
    }
    expect(await lasts()).toBe(30)
    const age = (days: number) =>
      given.rows(
        sql`update users.session set created_at = now() - make_interval(days => ${days}) where user_id = ${user.id}`,
      )
    await age(20)
    const second = await refresh(tokens.refreshToken)
    expect(await lasts()).toBe(30)
    await age(80)
    const third = await refresh(second.refreshToken)
    expect(await lasts()).toBe(10)
    await given.rows(
      sql`update users.session set expires_at = now() - interval '1 second' where user_id = ${user.id}`,
    )
    await expect(refresh(third.refreshToken)).rejects.toSatisfy(Unauthenticated.is)
  })

  test('with what never was a token is refused', async () => {
    await expect(refresh('nothing')).rejects.toSatisfy(Unauthenticated.is)
  })
})

describe('signing out', () => {
  test('ends the session, by any token of it, and may be repeated', async () => {
    const { tokens } = await given.signedIn()
    const next = await refresh(tokens.refreshToken)
    for (const { refreshToken } of [tokens, next]) await given.call.logout(anybody, { refreshToken })
    await expect(refresh(next.refreshToken)).rejects.toSatisfy(Unauthenticated.is)
    expect(given.announced).toHaveLength(1)
    await expect(given.call.logout(anybody, { refreshToken: 'nothing' })).resolves.toBeUndefined()
  })

  test('leaves other sessions of the same user alone', async () => {
    const { user, tokens } = await given.signedIn()
    const elsewhere = await given.call.login(anybody, { email: user.email, password })
    await given.call.logout(anybody, { refreshToken: tokens.refreshToken })
    expect((await refresh(elsewhere.refreshToken)).tokenType).toBe('Bearer')
  })

  test('and refreshing at once never leave a session that can be refreshed', async () => {
    for (let round = 0; round < 10; round++) {
      const { tokens } = await given.signedIn()
      const [refreshed] = await Promise.allSettled([
        refresh(tokens.refreshToken),
        given.elsewhere.logout(anybody, { refreshToken: tokens.refreshToken }),
      ])
      if (refreshed.status === 'fulfilled')
        await expect(refresh(refreshed.value.refreshToken)).rejects.toSatisfy(Unauthenticated.is)
      else expect(refreshed.reason).toSatisfy(Unauthenticated.is)
    }
  })
})

describe('the own sessions', () => {
  test('are listed newest first, page by page, with what they are known by, and which is this one', async () => {
    const { user, tokens } = await given.signedIn()
    const phone = await given.call.login(
      { ...anybody, address: '192.0.2.7' },
      { email: user.email, password, device: 'A phone' },
    )
    await given.signedIn()
    const here = within(user.id, tokens.accessToken)
    const first = await given.call.listSessions(here, { limit: 1 })
    expect(first.data).toEqual([
      {
        id: sessionOf(phone.accessToken),
        createdAt: expect.any(String),
        lastUsedAt: expect.any(String),
        expiresAt: expect.any(String),
        address: '192.0.2.7',
        device: 'A phone',
        current: false,
      },
    ])
    const rest = await given.call.listSessions(here, { limit: 5, cursor: first.nextCursor ?? '' })
    expect(rest).toMatchObject({
      data: [{ id: sessionOf(tokens.accessToken), address: null, device: null, current: true }],
      nextCursor: null,
    })
  })

  test('are ended one by one, each once; those of others are not found', async () => {
    const { user, tokens } = await given.signedIn()
    const phone = await given.call.login(anybody, { email: user.email, password })
    const stranger = await given.signedIn()
    const here = within(user.id, tokens.accessToken)
    const sessionId = (await given.call.listSessions(here, { limit: 1 })).data[0]?.id ?? newId()
    const theirs = within(stranger.user.id, stranger.tokens.accessToken)
    for (const [who, id] of [
      [theirs, sessionId],
      [here, newId<'Session'>()],
    ] as const)
      await expect(given.call.endSession(who, { sessionId: id })).rejects.toSatisfy(NotFound.is)
    expect(given.announced).toEqual([])
    for (const _ of [1, 2]) await given.call.endSession(here, { sessionId })
    expect(given.announced).toEqual([{ kind: 'session_ended', sessionId, at: expect.any(String) }])
    await expect(refresh(phone.refreshToken)).rejects.toSatisfy(Unauthenticated.is)
    expect((await given.call.listSessions(here, { limit: 5 })).data).toHaveLength(1)
  })

  test('are all ended but the one that asks', async () => {
    const { user, tokens } = await given.signedIn()
    for (const _ of [1, 2]) await given.call.login(anybody, { email: user.email, password })
    const here = within(user.id, tokens.accessToken)
    await given.call.endOtherSessions(here, {})
    expect(given.announced).toHaveLength(2)
    expect((await given.call.listSessions(here, { limit: 5 })).data).toMatchObject([{ current: true }])
    expect((await refresh(tokens.refreshToken)).expiresIn).toBe(900)
  })
})

describe('changing the password', () => {
  test('needs the present one, ends all other sessions, and the old one is no good', async () => {
    const { user, tokens } = await given.signedIn()
    const other = await given.call.login(anybody, { email: user.email, password })
    const here = within(user.id, tokens.accessToken)
    const change = (currentPassword: string, to: string) =>
      given.call.changePassword(here, { currentPassword, password: to })
    const chosen = 'staple battery horse'
    await expect(change('not the password', chosen)).rejects.toSatisfy(WrongPassword.is)
    await expect(change(password, '123456789012')).rejects.toSatisfy(ValidationFailed.is)
    given.announced.length = 0
    await change(password, chosen)
    expect(given.announced).toMatchObject([{ sessionId: sessionOf(other.accessToken) }])
    expect((await refresh(tokens.refreshToken)).expiresIn).toBe(900)
    await expect(given.call.login(anybody, { email: user.email, password })).rejects.toThrow()
    await given.call.login(anybody, { email: user.email, password: chosen })
    const audited = await given.users.audit.listEntries(internal, { subject: user.id, limit: 10 })
    expect(audited.data.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['users.password-change-failed', 'users.password-changed']),
    )
  })

  test('at once to several others leaves one of them', async () => {
    const { user, tokens } = await given.signedIn()
    const here = within(user.id, tokens.accessToken)
    const wanted = ['first of the choices', 'second of the choices', 'third of the choices']
    const attempts = await Promise.allSettled(
      wanted.map((each, at) =>
        (at === 0 ? given.elsewhere : given.call).changePassword(here, {
          currentPassword: password,
          password: each,
        }),
      ),
    )
    const done = wanted.filter((_, at) => attempts[at]?.status === 'fulfilled')
    expect(done).toHaveLength(1)
    await given.call.login(anybody, { email: user.email, password: done[0] ?? '' })
  })
})

test('an admin ends all sessions of a user, who may sign in again; not those of who has more power', async () => {
  const { user, tokens } = await given.signedIn()
  const guard = contextOf({ kind: 'user', id: newId(), roles: [], permissions: ['users:suspend:any'] })
  await given.call.endSessionsOfUser(guard, { userId: user.id })
  expect(given.announced).toMatchObject([{ sessionId: sessionOf(tokens.accessToken) }])
  await given.call.login(anybody, { email: user.email, password })
  const { id: userId } = await given.withRoles('admin')
  await expect(given.call.endSessionsOfUser(guard, { userId })).rejects.toSatisfy(Forbidden.is)
  const nobody = given.call.endSessionsOfUser(guard, { userId: newId<'User'>() })
  await expect(nobody).rejects.toSatisfy(NotFound.is)
})

test('sessions that ended and accounts that changed within the hour are listed for whoever missed the news', async () => {
  const { user, tokens } = await given.signedIn()
  await given.call.setRoles(admin, { userId: user.id, roles: ['seller'] })
  await given.call.logout(anybody, { refreshToken: tokens.refreshToken })
  const changes = await given.call.listAccessChanges(internal, {})
  expect(given.announced).toHaveLength(2)
  for (const change of given.announced) expect(changes).toContainEqual(change)
  await given.rows(sql`
    with aged as (update users.account set access_changed_at = now() - interval '61 minutes' where id = ${user.id})
    update users.session set ended_at = now() - interval '61 minutes' where user_id = ${user.id}`)
  const later = JSON.stringify(await given.call.listAccessChanges(internal, {}))
  expect(later).not.toContain(user.id)
  expect(later).not.toContain(sessionOf(tokens.accessToken))
})
