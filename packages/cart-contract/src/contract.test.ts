import { readFile } from 'node:fs/promises'
import { defineContract } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { cartContract } from './index.ts'

const { operations, permissions } = cartContract
const named = Object.entries(operations)

test('the contract is sound', () => {
  expect(defineContract(cartContract)).toBe(cartContract)
})

test.each(named)('%s refuses under codes of its own, in snake case', (_, { errors }) => {
  const codes = errors.map(({ code }) => code)
  for (const code of codes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  expect(new Set(codes).size).toBe(codes.length)
})

test('permissions say in their names what they are for, and each is asked for by some operation', () => {
  const asked = new Set(named.flatMap(([, { access }]) => (typeof access === 'string' ? [] : access)))
  for (const permission of Object.values(permissions)) {
    expect(permission.name).toMatch(/^cart:[a-z]+:(own|any)$/)
    expect(permission.description).toMatch(/^[A-Z].*\.$/)
    expect(asked).toContain(permission)
  }
})

test('anybody may call these operations, and the shop alone those', () => {
  const withAccess = (wanted: string) =>
    named.flatMap(([name, { access }]) => (access === wanted ? name : []))
  expect(withAccess('public')).toEqual([])
  expect(withAccess('internal')).toEqual(['readLines', 'takeLines', 'returnLines'])
})

test('the README names all of it', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const words = [
    ...named.flatMap(([name, { errors }]) => [name, ...errors.map(({ code }) => code)]),
    ...Object.values(permissions).map(({ name }) => name),
  ]
  expect(words.filter(word => !readme.includes(`\`${word}\``))).toEqual([])
})

test('what joins the transaction of its caller can be repeated', () => {
  for (const [name, { tx, idempotent }] of named)
    if (tx === 'joins') expect([name, idempotent]).toEqual([name, true])
})

test('an order that took lines can put them back', () => {
  expect(operations.takeLines.undoneBy).toBe('returnLines')
})
