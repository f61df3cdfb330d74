import { readFile } from 'node:fs/promises'
import { defineContract } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { paymentsContract } from './index.ts'

const { events, operations, permissions } = paymentsContract
const named = Object.entries(operations)

test('the contract is sound', () => {
  expect(defineContract(paymentsContract)).toBe(paymentsContract)
})

test.each(Object.values(events))('the example of $type is what its schema says', ({ data, example }) => {
  expect(data.parse(JSON.parse(JSON.stringify(example)))).toEqual(example)
})

test('these events are announced', () => {
  expect(Object.values(events).map(({ type, version, mandatory }) => [type, version, mandatory])).toEqual([
    ['payments.captured', 1, false],
    ['payments.refunded', 1, true],
    ['payments.refund-failed', 1, true],
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
    expect(permission.name).toMatch(/^payments:[a-z]+:(own|any)$/)
    expect(permission.description).toMatch(/^[A-Z].*\.$/)
    expect(asked).toContain(permission)
  }
})

test('anybody may call these operations, and the shop alone those', () => {
  const withAccess = (wanted: string) =>
    named.flatMap(([name, { access }]) => (access === wanted ? name : []))
  expect(withAccess('public')).toEqual(['receiveWebhook'])
  expect(withAccess('internal')).toEqual([
    'createPayment',
    'charge',
    'abandon',
    'settle',
    'refundPayment',
    'getPayments',
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

test('what joins the transaction of its caller can be repeated', () => {
  for (const [name, { tx, idempotent }] of named)
    if (tx === 'joins') expect([name, idempotent]).toEqual([name, true])
})
