import { ValidationFailed } from '@plinth/kernel'
import { dictionary } from '@zxcvbn-ts/language-common'

const shortest = 12

/** The most common passwords that are long enough to be one here, in lower case. */
const common: ReadonlySet<string> = new Set(
  dictionary['passwords-common']
    .filter(password => password.length >= shortest)
    .map(password => password.toLowerCase()),
)

/** Refuses a password that attackers try first: a common one, or a few characters over and over. */
export const assertUncommon = (password: string): void => {
  const plain = password.normalize('NFKC').toLowerCase()
  if (!common.has(plain) && !common.has(plain.replaceAll(/\s/g, '')) && !/^(.{1,4})\1{2,}$/su.test(plain))
    return
  throw ValidationFailed({
    errors: [
      {
        pointer: '/password',
        detail: 'This is one of the passwords that everybody tries first. Choose another.',
      },
    ],
  })
}
