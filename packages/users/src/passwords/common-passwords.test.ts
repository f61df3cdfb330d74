import { readFileSync } from 'node:fs'
import { ValidationFailed } from '@plinth/kernel'
import { newPassword } from '@plinth/users-contract'
import { describe, expect, test } from 'vitest'
import { assertUncommon } from './common-passwords.ts'

describe('A password', () => {
  test.each([
    ['a common one', '1q2w3e4r5t6y'],
    ['in capitals', 'PASSWORD1234'],
    ['spaced out', 'password 1234'],
    ['that counts up', '123456789012'],
    ['a very common one that counts on', 'password12345'],
  ])('that is %s is refused', (_, password) => {
    expect(() => assertUncommon(password)).toThrow(expect.objectContaining({ code: ValidationFailed.code }))
  })

  test('is refused if it is one of the 3,000 that people use most of those that may be one here', () => {
    const commonest = readFileSync(new URL('../../data/common-passwords.txt', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .filter(password => newPassword.safeParse(password).success)
    expect(new Set(commonest).size).toBeGreaterThanOrEqual(3000)
    const taken = commonest.filter(password => {
      try {
        assertUncommon(password.toUpperCase())
        return true
      } catch {
        return false
      }
    })
    expect(taken).toEqual([])
  })

  test.each([
    ['of several words', 'correct horse battery staple'],
    ['of one sign, as often as is allowed', '🦄'.repeat(128)],
    ['of one letter, as often as is allowed', 'x'.repeat(128)],
    ['with a common word in it', 'my-password-is-long-1234'],
  ])('%s is the business of whoever chose it', (_, password) => {
    expect(() => assertUncommon(password)).not.toThrow()
  })
})
