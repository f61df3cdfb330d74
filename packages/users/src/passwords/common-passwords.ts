import { readFileSync } from 'node:fs'
import { ValidationFailed } from '@plinth/kernel'

/** The 10,000 commonest passwords that are long enough to be one here; `data/README.md` says where they are from. */
const common: ReadonlySet<string> = new Set(
  readFileSync(new URL('../../data/common-passwords.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n'),
)

/** What everybody makes longer by counting: those of six letters and more among the hundred commonest passwords. */
const stems: ReadonlySet<string> = new Set(
  `
  password qwerty dragon baseball football monkey letmein shadow master qwertyuiop mustang michael
  superman fuckyou qazwsx killer jordan jennifer zxcvbnm asdfgh hunter buster soccer harley batman
  andrew tigger sunshine iloveyou fuckme charlie robert thomas hockey ranger daniel starwars klaster
  george asshole computer michelle jessica pepper zxcvbn freedom maggie aaaaaa ginger princess joshua
  cheese amanda summer ashley nicole chelsea biteme matthew access yankees dallas austin thunder
  taylor matrix
  `
    .trim()
    .split(/\s+/),
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
