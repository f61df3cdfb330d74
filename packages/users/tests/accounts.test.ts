import { InvalidCursor, NotFound, newId } from '@plinth/kernel'
import type { User } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type Given, givenUsers, internal } from './given.ts'

let given: Given
let all: User[]
beforeAll(async () => {
  given = await givenUsers()
  all = []
  for (let index = 0; index < 9; index++) {
    const { id } = await given.register(`person-${index}@example.com`)
    if (index % 3 === 0) await given.call.setRoles(admin, { userId: id, roles: ['user', 'seller'] })
    if (index % 4 === 0) await given.call.suspend(admin, { userId: id })
    all.unshift(await given.call.getUser(admin, { userId: id }))
  }
})
afterAll(() => given[Symbol.asyncDispose]())

type Query = { readonly role?: string; readonly status?: 'active' | 'suspended'; readonly email?: string }

const walk = async (query: Query, limit: number) => {
  const found: User[] = []
  let cursor: string | null | undefined
  do {
    const page = await given.call.listUsers(admin, { ...query, limit, ...(cursor && { cursor }) })
    expect(page.data.length).toBeLessThanOrEqual(limit)
    found.push(...page.data)
    cursor = page.nextCursor
  } while (cursor !== null)
  return found
}

describe('walking the accounts', () => {
  test.each([
    [{}, () => true],
    [{ role: 'seller' }, (user: User) => user.roles.includes('seller')],
    [{ status: 'suspended' }, (user: User) => user.status === 'suspended'],
    [
      { role: 'seller', status: 'active' },
      (user: User) => user.roles.includes('seller') && user.status === 'active',
    ],
    [{ email: 'PERSON-3@example.com' }, (user: User) => user.email === 'person-3@example.com'],
    [{ email: 'person' }, () => false],
  ] as const)('visits each that fits once, newest first: %j', async (query, fits) => {
    for (const limit of [1, 4, 100]) expect(await walk(query, limit)).toEqual(all.filter(fits))
  })

  test('goes on only with the query that it began with', async () => {
    const { nextCursor } = await given.call.listUsers(admin, { limit: 2 })
    for (const cursor of [nextCursor ?? '', 'broken'])
      await expect(given.call.listUsers(admin, { limit: 2, role: 'seller', cursor })).rejects.toSatisfy(
        InvalidCursor.is,
      )
  })
})

test('an account that is not there is not found', async () => {
  await expect(given.call.getUser(admin, { userId: newId<'User'>() })).rejects.toSatisfy(NotFound.is)
})

test('the mailer learns how to reach users; unknown ones are left out', async () => {
  const [first] = all
  if (first === undefined) throw new Error('there are accounts')
  const contacts = await given.call.getContacts(internal, { userIds: [newId<'User'>(), first.id] })
  expect(contacts).toEqual([{ userId: first.id, email: first.email, name: first.name }])
  expect(await given.call.getContacts(internal, { userIds: [] })).toEqual([])
})
