import {
  contextOf,
  etagOf,
  NotFound,
  newId,
  PreconditionFailed,
  Unauthenticated,
  ValidationFailed,
} from '@plinth/kernel'
import { InvalidCredentials, LastAdmin } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, anybody, type Given, givenUsers, internal, password, userWith } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenUsers()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(async () => {
  await given.rows(sql`update users.account set roles = '{user}' where 'admin' = any (roles)`)
  given.announced.length = 0
})

const admins = async () => (await given.call.listAdmins(internal, {})).map(({ userId }) => userId).toSorted()

describe('roles', () => {
  test('are set as told, each once, and announced as they are then', async () => {
    const { id } = await given.register()
    const changed = await given.call.setRoles(admin, { userId: id, roles: ['user', 'seller', 'user'] })
    expect(changed.roles).toEqual(['user', 'seller'])
    expect(given.announced).toEqual([
      {
        kind: 'access_changed',
        userId: id,
        roles: ['user', 'seller'],
        suspended: false,
        at: expect.stringMatching(/Z$/),
      },
    ])
    expect(await given.call.getMe(contextOf(userWith(['user'], id)), {})).toEqual(changed)
  })

  test('that are what they were change nothing and are not announced', async () => {
    const { id } = await given.register()
    await given.call.setRoles(admin, { userId: id, roles: ['user'] })
    expect(given.announced).toEqual([])
  })

  test('there are not cannot be given', async () => {
    const { id } = await given.register()
    const attempt = given.call.setRoles(admin, { userId: id, roles: ['user', 'emperor'] })
    await expect(attempt).rejects.toSatisfy(
      error => ValidationFailed.is(error) && JSON.stringify(error.details).includes('"/roles/1"'),
    )
    const nobody = given.call.setRoles(admin, { userId: newId<'User'>(), roles: ['user'] })
    await expect(nobody).rejects.toSatisfy(NotFound.is)
  })

  test('are changed only if the account is what the admin saw', async () => {
    const seen = await given.register()
    const change = (roles: string[]) =>
      given.call.setRoles(admin, { userId: seen.id, roles, ifMatch: etagOf(seen) })
    expect((await change(['seller'])).roles).toEqual(['seller'])
    await expect(change(['user'])).rejects.toSatisfy(PreconditionFailed.is)
  })
})

describe('the last admin', () => {
  test('can neither lose the role nor be suspended', async () => {
    const { id: userId } = await given.withRoles('admin')
    await expect(given.call.setRoles(admin, { userId, roles: ['user'] })).rejects.toSatisfy(LastAdmin.is)
    await expect(given.call.suspend(admin, { userId })).rejects.toSatisfy(LastAdmin.is)
    const second = await given.withRoles('admin', 'user')
    await given.call.suspend(admin, { userId: second.id })
    await expect(given.call.setRoles(admin, { userId, roles: [] })).rejects.toSatisfy(LastAdmin.is)
    await given.call.reinstate(admin, { userId: second.id })
    expect((await given.call.setRoles(admin, { userId, roles: [] })).roles).toEqual([])
  })

  test('is left when admins demote and suspend each other at once', async () => {
    for (let round = 0; round < 5; round++) {
      await given.rows(sql`update users.account set roles = '{user}' where 'admin' = any (roles)`)
      const [one, two, three] = await Promise.all([1, 2, 3].map(() => given.withRoles('admin')))
      if (!one || !two || !three) throw new Error('there are three')
      const attempts = await Promise.allSettled([
        given.call.setRoles(admin, { userId: one.id, roles: ['user'] }),
        given.elsewhere.suspend(admin, { userId: two.id }),
        given.elsewhere.setRoles(admin, { userId: three.id, roles: ['seller'] }),
      ])
      const refused = attempts.filter(each => each.status === 'rejected')
      expect(refused.map(each => LastAdmin.is(each.reason))).toEqual([true])
      expect(await admins()).toHaveLength(1)
    }
  })
})

describe('suspending', () => {
  test('ends every session of the user and says so; reinstating lets them sign in again', async () => {
    const { user, tokens } = await given.signedIn()
    await given.call.login(anybody, { email: user.email, password })
    const suspended = await given.call.suspend(admin, { userId: user.id })
    expect(suspended).toEqual({ ...user, status: 'suspended' })
    expect(given.announced.map(({ kind }) => kind)).toEqual([
      'session_ended',
      'session_ended',
      'access_changed',
    ])
    const changes = await given.call.listAccessChanges(internal, {})
    for (const change of given.announced) expect(changes).toContainEqual(change)
    const again = given.call.refresh(anybody, { refreshToken: tokens.refreshToken })
    await expect(again).rejects.toSatisfy(Unauthenticated.is)
    expect(await given.call.reinstate(admin, { userId: user.id })).toEqual(user)
    expect(given.announced.at(-1)).toMatchObject({ userId: user.id, suspended: false })
    await expect(given.call.refresh(anybody, { refreshToken: tokens.refreshToken })).rejects.toSatisfy(
      Unauthenticated.is,
    )
  })

  test('again has no further effect', async () => {
    const { id: userId } = await given.register()
    await given.call.suspend(admin, { userId })
    given.announced.length = 0
    expect((await given.call.suspend(admin, { userId })).status).toBe('suspended')
    expect(given.announced).toEqual([])
  })

  test('leaves no session open that was being opened meanwhile', async () => {
    for (let round = 0; round < 4; round++) {
      const { id: userId, email } = await given.register()
      // A password takes longer to check than an account to suspend.
      await Promise.allSettled([
        given.call.login(anybody, { email, password }),
        given.elsewhere.suspend(admin, { userId }),
      ])
      const open = await given.rows(
        sql`select 1 from users.session where user_id = ${userId} and ended_at is null`,
      )
      expect(open).toEqual([])
    }
  })
})

describe('the first admin', () => {
  const boot = (call: Given['call'], email: string, onlyIfNone = true) =>
    call.ensureAdmin(internal, { email, password, name: 'Admin', onlyIfNone })

  test('is made once by replicas that boot at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        boot(index % 2 === 0 ? given.call : given.elsewhere, `boot-${index % 3}@example.com`),
      ),
    )
    expect(made.filter(({ created }) => created)).toHaveLength(1)
    expect(await admins()).toHaveLength(1)
  })

  test('is not made where there is one; an account with the e-mail gains the role and keeps its password', async () => {
    const { id, email } = await given.register()
    expect(await boot(given.call, email.toUpperCase(), false)).toEqual({ created: false })
    expect(await given.call.getUser(admin, { userId: id })).toMatchObject({ roles: ['user', 'admin'] })
    expect(given.announced).toEqual([
      {
        kind: 'access_changed',
        userId: id,
        roles: ['user', 'admin'],
        suspended: false,
        at: expect.any(String),
      },
    ])
    expect(await boot(given.call, 'another@example.com')).toEqual({ created: false })
    await expect(given.call.login(anybody, { email: 'another@example.com', password })).rejects.toSatisfy(
      InvalidCredentials.is,
    )
    expect(await boot(given.call, email, false)).toEqual({ created: false })
    expect(given.announced).toHaveLength(1)
  })
})

test('a token that outlived its account is no good', async () => {
  await expect(given.call.getMe(contextOf(userWith(['user'])), {})).rejects.toSatisfy(Unauthenticated.is)
})
