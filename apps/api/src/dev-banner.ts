import { seedAccounts, seedPassword } from './seed/accounts.ts'
import type { OpenShop } from './start.ts'

/** What somebody who has just started the shop wants to know. */
export const banner = ({ url, config }: OpenShop): string => {
  const accounts = Object.values(seedAccounts).map(
    ({ email, roles }) => `    ${email.padEnd(28)} ${roles.join(', ')}`,
  )
  return [
    '',
    `  Plinth is open at ${url}`,
    '',
    `    API reference   ${url}/docs`,
    ...(config.SMTP_URL === undefined ? [`    Mailbox         ${url}/mailbox`] : []),
    `    Products        ${url}/v1/products`,
    '',
    `  Accounts, all with the password ${seedPassword}`,
    '',
    ...accounts,
    '',
    '  Ctrl+C stops it; the data stays.',
    '',
    '',
  ].join('\n')
}
