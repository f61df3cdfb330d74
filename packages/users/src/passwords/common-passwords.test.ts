import { ValidationFailed } from '@plinth/kernel'
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

  test.each([
    ['of several words', 'correct horse battery staple'],
    ['of one sign, as often as is allowed', '🦄'.repeat(128)],
    ['of one letter, as often as is allowed', 'x'.repeat(128)],
    ['with a common word in it', 'my-password-is-long-1234'],
  ])('%s is the business of whoever chose it', (_, password) => {
    expect(() => assertUncommon(password)).not.toThrow()
  })
})
