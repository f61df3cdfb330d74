import { ValidationFailed } from '@plinth/kernel'
import { dictionary } from '@zxcvbn-ts/language-common'

/** The passwords that people use most, the commonest first. */
const ranked = dictionary['passwords-common'].map(password => password.toLowerCase())

/** Those long enough to be one here. */
const common: ReadonlySet<string> = new Set(ranked.filter(password => password.length >= 12))

/** Those that people make longer by adding digits. */
const stems: ReadonlySet<string> = new Set(ranked.slice(0, 1000))

/** What fingers and minds run along, in both directions and over the end. */
const rows = ['1234567890', 'qwertyuiopasdfghjklzxcvbnm', 'abcdefghijklmnopqrstuvwxyz']
  .flatMap(row => [row, [...row].reverse().join('')])
  .map(row => row.repeat(Math.ceil(128 / row.length) + 1))

/**
 * Refuses a password that attackers try first, however it is cased and spaced and whatever sign it ends in: a
 * common one, a few characters over and over, a run along the keyboard or the alphabet, or one of the
 * thousand commonest with digits behind it.
 */
export const assertUncommon = (password: string): void => {
  const plain = password.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '')
  const bare = plain.replace(/[\p{P}\p{S}]$/u, '')
  if (![plain, bare].some(isTriedFirst)) return
  throw ValidationFailed({
    errors: [
      {
        pointer: '/password',
        detail: 'This is one of the passwords that everybody tries first. Choose another.',
      },
    ],
  })
}

const isTriedFirst = (text: string): boolean =>
  common.has(text) ||
  /^(.{1,6})\1+$/su.test(text) ||
  rows.some(row => row.includes(text)) ||
  hasDigitsBehind(text)

/** At most four digits, or digits that count up: `welcome2024`, `password12345`. */
const hasDigitsBehind = (text: string): boolean => {
  const [, stem = '', digits = ''] = /^(.*?\D)(\d+)$/su.exec(text) ?? []
  return stems.has(stem) && (digits.length <= 4 || '12345678901234567890'.includes(digits))
}
