import { ValidationFailed } from '@plinth/kernel'
import { dictionary } from '@zxcvbn-ts/language-common'

/** The passwords that people use most, the commonest first, in lower case. */
const ranked = dictionary['passwords-common'].map(password => password.toLowerCase())

/** Those long enough to be one here. */
const common: ReadonlySet<string> = new Set(ranked.filter(password => password.length >= 12))

/** The words that everybody makes longer by counting. */
const stems: ReadonlySet<string> = new Set(
  ranked.slice(0, 50).filter(password => /^[a-z]{6,}$/.test(password)),
)

/**
 * Refuses the passwords that attackers try first, however they are cased and spaced: common ones, and the very
 * commonest with digits behind. What people choose beyond that is theirs: rules of composition are left out on
 * purpose (NIST SP 800-63B, section 3.1.1.2).
 */
export const assertUncommon = (password: string): void => {
  const plain = password.normalize('NFKC').toLowerCase()
  const tried =
    [plain, plain.replaceAll(/\s/g, '')].some(each => common.has(each)) ||
    stems.has(plain.replace(/\d+$/, ''))
  if (!tried) return
  throw ValidationFailed({
    errors: [
      {
        pointer: '/password',
        detail: 'This is one of the passwords that everybody tries first. Choose another.',
      },
    ],
  })
}
