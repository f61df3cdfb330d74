import {
  contextOf,
  etagOf,
  Forbidden,
  NotFound,
  newId,
  PreconditionFailed,
  type User,
  ValidationFailed,
} from '@plinth/kernel'
import { RoleBuiltIn, RoleExists, RoleInUse, RoleLimit } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { admin, type Given, givenUsers, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenUsers()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(() => {
  given.announced.length = 0
})

const description = 'Answers the phone.'
const aName = () => `support-${newId().slice(-12)}`
const create = (permissions: string[], name = aName(), as = admin) =>
  given.call.createRole(as, { name, description, permissions })
/** Somebody who holds these permissions, by whatever role. */
const holderOf = (...permissions: string[]) =>
  contextOf({ kind: 'user', id: newId(), roles: ['custom'], permissions } satisfies User)

describe('a role of the shop', () => {
  test('is defined, shown, defined anew and deleted, and each time announced', async () => {
    const made = await create(['users:read:any', 'users:suspend:any'])
    expect(made).toEqual({
      name: made.name,
      description,
      permissions: ['users:read:any', 'users:suspend:any'],
      builtIn: false,
    })
    expect(await given.call.getRole(admin, { name: made.name })).toEqual(made)
    const narrower = await given.call.replaceRole(admin, {
      name: made.name,
      description: 'Reads.',
      permissions: ['users:read:any'],
      ifMatch: etagOf(made),
    })
    expect(narrower.permissions).toEqual(['users:read:any'])
    const stale = { name: made.name, description, permissions: ['users:read:any'], ifMatch: etagOf(made) }
    await expect(given.call.replaceRole(admin, stale)).rejects.toSatisfy(PreconditionFailed.is)
    await expect(given.call.deleteRole(admin, { name: made.name, ifMatch: etagOf(made) })).rejects.toSatisfy(
      PreconditionFailed.is,
    )
    await given.call.deleteRole(admin, { name: made.name })
    await expect(given.call.getRole(admin, { name: made.name })).rejects.toSatisfy(NotFound.is)
    expect(given.announced.map(each => [each.kind, 'permissions' in each && each.permissions])).toEqual([
      ['role_changed', ['users:read:any', 'users:suspend:any']],
      ['role_changed', ['users:read:any']],
      ['role_changed', []],
    ])
  })

  test('is given to a user, who holds what it holds, also when that changes', async () => {
    const { name } = await create(['users:read:any'])
    const { id: userId } = await given.register()
    const before = (await given.call.getUser(admin, { userId })).permissions
    const changed = await given.call.setRoles(admin, { userId, roles: ['user', name] })
    expect(changed.permissions.toSorted()).toEqual([...before, 'users:read:any'].toSorted())
    await given.call.replaceRole(admin, { name, description, permissions: ['users:suspend:any'] })
    const now = await given.call.getUser(admin, { userId })
    expect(now.permissions.toSorted()).toEqual([...before, 'users:suspend:any'].toSorted())
    expect((await given.call.listUsers(admin, { role: name, limit: 5 })).data).toEqual([now])
  })

  test('is listed for whoever missed the news, as long as it is there', async () => {
    const { name } = await create(['users:read:any'])
    await given.rows(sql`update users.role set changed_at = now() - interval '1 year' where name = ${name}`)
    const known = () => given.call.listAccessChanges(internal, {})
    expect(await known()).toContainEqual({
      kind: 'role_changed',
      role: name,
      permissions: ['users:read:any'],
      at: expect.any(String),
    })
    await given.call.deleteRole(admin, { name })
    expect(JSON.stringify(await known())).not.toContain(name)
  })

  test('cannot be deleted while somebody has it', async () => {
    const { name } = await create(['users:read:any'])
    const { id: userId } = await given.register()
    await given.call.setRoles(admin, { userId, roles: ['user', name] })
    await expect(given.call.deleteRole(admin, { name })).rejects.toSatisfy(RoleInUse.is)
    await given.call.setRoles(admin, { userId, roles: ['user'] })
    await given.call.deleteRole(admin, { name })
  })

  test('given and deleted at once is either there or not given', async () => {
    for (let round = 0; round < 5; round++) {
      const { name } = await create(['users:read:any'])
      const { id: userId } = await given.register()
      const [gave, deleted] = await Promise.allSettled([
        given.call.setRoles(admin, { userId, roles: [name] }),
        given.elsewhere.deleteRole(admin, { name }),
      ])
      expect([gave.status, deleted.status].toSorted()).toEqual(['fulfilled', 'rejected'])
      const reason =
        gave.status === 'rejected' ? gave.reason : deleted.status === 'rejected' && deleted.reason
      expect(reason).toSatisfy(error => ValidationFailed.is(error) || RoleInUse.is(error))
    }
  })

  test('has a name of its own, and holds what there is', async () => {
    const { name } = await create(['users:read:any'])
    await expect(create(['users:read:any'], name)).rejects.toSatisfy(RoleExists.is)
    await expect(create(['users:read:any'], 'admin')).rejects.toSatisfy(RoleExists.is)
    for (const permissions of [
      ['users:read:any', 'users:fly:any'],
      ['users:read:any', 'users:read:any'],
      [],
      ['everything'],
    ])
      await expect(create(permissions)).rejects.toSatisfy(ValidationFailed.is)
    for (const wrong of ['Support', '1st', '', 'a b', 'x'.repeat(51)])
      await expect(create(['users:read:any'], wrong)).rejects.toSatisfy(ValidationFailed.is)
  })

  test('is one of 100 at most', async () => {
    await using crowded = await givenUsers()
    await crowded.rows(sql`
      insert into users.role (name, description, permissions)
      select 'role-' || n, 'One of many.', '{users:read:any}' from generate_series(1, 100) n`)
    const make = (name: string) =>
      crowded.call.createRole(admin, { name, description, permissions: ['users:read:any'] })
    await expect(make('one-more')).rejects.toSatisfy(RoleLimit.is)
    await expect(make('role-7')).rejects.toSatisfy(RoleExists.is)
  })
})

test('the built-in roles are what the contracts say', async () => {
  for (const name of ['user', 'seller', 'admin']) {
    const change = { name, description, permissions: ['users:read:own'] }
    await expect(given.call.replaceRole(admin, change)).rejects.toSatisfy(RoleBuiltIn.is)
    await expect(given.call.deleteRole(admin, { name })).rejects.toSatisfy(RoleBuiltIn.is)
  }
  expect(await given.call.getRole(admin, { name: 'user' })).toMatchObject({
    permissions: expect.arrayContaining(['users:read:own']),
    builtIn: true,
  })
})

test('roles and permissions are listed by name, page by page', async () => {
  await create(['users:read:any'], 'zookeeper')
  await create(['users:read:any'], 'b_2')
  await create(['users:read:any'], 'b-1')
  for (const list of [given.call.listRoles, given.call.listPermissions]) {
    const whole = (await list(admin, { limit: 100 })).data.map(({ name }) => name)
    expect(whole).toEqual(whole.toSorted((a, b) => (a < b ? -1 : 1)))
    const paged: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof list>> = await list(admin, {
        limit: 2,
        ...(cursor && { cursor }),
      })
      paged.push(...page.data.map(({ name }) => name))
      cursor = page.nextCursor
    }
    expect(paged).toEqual(whole)
  }
  const { data } = await given.call.listPermissions(admin, { limit: 100 })
  expect(data.find(({ name }) => name === 'users:read:own')).toEqual({
    name: 'users:read:own',
    description: 'See the own account.',
    roles: ['admin', 'user', 'seller'],
  })
})

describe('nobody hands out more than they hold', () => {
  const definer = holderOf('users:define:any', 'users:read:any')

  test('in a role they define, define anew or delete', async () => {
    await expect(create(['users:suspend:any'], aName(), definer)).rejects.toSatisfy(Forbidden.is)
    const own = await create(['users:read:any'], aName(), definer)
    const wider = { name: own.name, description, permissions: ['users:read:any', 'users:suspend:any'] }
    await expect(given.call.replaceRole(definer, wider)).rejects.toSatisfy(Forbidden.is)
    await given.call.deleteRole(definer, { name: own.name })

    const strong = await create(['users:read:any', 'users:suspend:any'])
    const weaker = { name: strong.name, description, permissions: ['users:read:any'] }
    await expect(given.call.replaceRole(definer, weaker)).rejects.toSatisfy(Forbidden.is)
    await expect(given.call.deleteRole(definer, { name: strong.name })).rejects.toSatisfy(Forbidden.is)
  })

  test('by giving or taking a role', async () => {
    const giver = holderOf('users:roles:any', 'users:read:any')
    const [strong, weak] = [await create(['users:suspend:any']), await create(['users:read:any'])]
    const { id: userId } = await given.register()
    const set = (...roles: string[]) => given.call.setRoles(giver, { userId, roles })
    expect((await set('user', weak.name)).roles).toEqual(['user', weak.name])
    for (const roles of [['user', 'admin'], ['user', strong.name], [weak.name]])
      await expect(set(...roles)).rejects.toSatisfy(Forbidden.is)
    await given.call.setRoles(admin, { userId, roles: ['user', strong.name] })
    await expect(set('user')).rejects.toSatisfy(Forbidden.is)
    const boss = await given.withRoles('admin')
    await given.withRoles('admin')
    await expect(given.call.setRoles(giver, { userId: boss.id, roles: [] })).rejects.toSatisfy(Forbidden.is)
  })

  test('and nobody suspends or reinstates who has more power than they have', async () => {
    const guard = holderOf('users:suspend:any')
    const boss = await given.withRoles('admin')
    await given.withRoles('admin')
    await expect(given.call.suspend(guard, { userId: boss.id })).rejects.toSatisfy(Forbidden.is)
    await given.call.suspend(admin, { userId: boss.id })
    await expect(given.call.reinstate(guard, { userId: boss.id })).rejects.toSatisfy(Forbidden.is)
    const { id: userId } = await given.register()
    expect((await given.call.suspend(guard, { userId })).status).toBe('suspended')
  })
})
