import { readFile } from 'node:fs/promises'
import { defineContract } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { usersContract } from './index.ts'

const { events, operations, permissions } = usersContract
const named = Object.entries(operations)

test('the contract is sound', () => {
  expect(defineContract(usersContract)).toBe(usersContract)
})

test.each(Object.values(events))('the example of $type is what its schema says', ({ data, example }) => {
  expect(data.parse(JSON.parse(JSON.stringify(example)))).toEqual(example)
})

test('these events are announced', () => {
  expect(Object.values(events).map(({ type, version, mandatory }) => [type, version, mandatory])).toEqual([
    ['users.registered', 1, true],
    ['users.password-reset-requested', 1, true],
  ])
})

test.each(named)('%s refuses under codes of its own, in snake case', (_, { errors }) => {
  const codes = errors.map(({ code }) => code)
  for (const code of codes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(new Set(codes).size).toBe(codes.length)
})

test('permissions say in their names what they are for, and each is asked for by some operation', () => {
  const asked = new Set(named.flatMap(([, { access }]) => (typeof access === 'string' ? [] : access)))
  for (const permission of Object.values(permissions)) {
    expect(permission.name).toMatch(/^users:[a-z]+:(own|any)$/)
    expect(permission.description).toMatch(/^[A-Z].*\.$/)
    expect(asked).toContain(permission)
  }
})

test('anybody may call these operations, and the shop alone those', () => {
  const withAccess = (wanted: string) =>
    named.flatMap(([name, { access }]) => (access === wanted ? name : []))
  expect(withAccess('public')).toEqual([
    'register',
    'login',
    'refresh',
    'logout',
    'requestPasswordReset',
    'resetPassword',
    'verifyEmail',
    'getKeys',
  ])
  expect(withAccess('internal')).toEqual([
    'getContacts',
    'listAdmins',
    'issueMailToken',
    'listAccessChanges',
    'noteKeys',
    'ensureAdmin',
  ])
})

test('the README names all of it', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const words = [
    ...named.flatMap(([name, { errors }]) => [name, ...errors.map(({ code }) => code)]),
    ...Object.values(permissions).map(({ name }) => name),
    ...Object.values(events).map(({ type }) => type),
  ]
  expect(words.filter(word => !readme.includes(`\`${word}\``))).toEqual([])
})

test('no event and no account holds a secret', () => {
  const shapes = [...Object.values(events).map(({ data }) => data), operations.getUser.output]
  for (const { shape } of shapes)
    expect(Object.keys(shape).filter(key => /password|token|hash/i.test(key))).toEqual([])
})
