import { ValidationFailed } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { assertUncommon } from './common-passwords.ts'

describe('a password that everybody tries first is refused', () => {
  test.each([
    ['a common one', '1q2w3e4r5t6y'],
    ['in another case', 'QWERTY123456'],
    ['spaced out', '1234 5678 9012'],
    ['in full-width letters', 'ｐａｓｓｗｏｒｄ１２３４'],
    ['with a sign behind it', 'Password1234!'],
    ['one character over and over', 'aaaaaaaaaaaa'],
    ['a few over and over', 'abc123abc123'],
    ['counting on and on', '12345678901234567890'],
    ['counting down', '098765432109'],
    ['along the keyboard', 'qwertyuiopasdf'],
    ['along the alphabet', 'abcdefghijkl'],
    ['a common one that counts', 'iloveyou12345'],
    ['a common one with a year', 'football2024'],
  ])('%s', (_, password) => {
    expect(() => assertUncommon(password)).toThrow(expect.objectContaining({ code: ValidationFailed.code }))
  })
})

describe('any other may be chosen', () => {
  test.each([
    'correct horse battery staple',
    'plinth-demo-password',
    'my-long-password-1',
    'Tr0ub4dor&3 again',
    'пароль из нескольких слов',
    'zebra1984canyon',
    '739158204617',
  ])('%s', password => {
    expect(() => assertUncommon(password)).not.toThrow()
  })
})

test('no password takes long to look at', () => {
  const begun = performance.now()
  for (const password of [
    'a'.repeat(127).concat('b'),
    'ab'.repeat(63).concat('!!'),
    '1'.repeat(127).concat('x'),
  ])
    assertUncommon(password)
  expect(performance.now() - begun).toBeLessThan(100)
})
