import { Unauthenticated } from '@plinth/kernel'
import { RefreshTokenReused } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, anybody, type Given, givenUsers, internal, password } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenUsers()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(() => {
  given.announced.length = 0
})

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
