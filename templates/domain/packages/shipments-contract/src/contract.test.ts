import { readFile } from 'node:fs/promises'
import { defineContract } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { shipmentsContract } from './index.ts'

const { operations, permissions } = shipmentsContract
const named = Object.entries(operations)

test('the contract is sound', () => {
  expect(defineContract(shipmentsContract)).toBe(shipmentsContract)
})

test('permissions say in their names what they are for, and each is asked for by some operation', () => {
  const asked = new Set(named.flatMap(([, { access }]) => (typeof access === 'string' ? [] : access)))
  for (const permission of Object.values(permissions)) {
    expect(permission.name).toMatch(/^shipments:[a-z]+:(own|any)$/)
    expect(asked).toContain(permission)
  }
})

test('the README names all of it', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const words = [
    ...named.flatMap(([name, { errors }]) => [name, ...errors.map(({ code }) => code)]),
    ...Object.values(permissions).map(({ name }) => name),
  ]
  expect(words.filter(word => !readme.includes(`\`${word}\``))).toEqual([])
})
