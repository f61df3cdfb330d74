import { type Client, contextOf, service, ValidationFailed } from '@plinth/kernel'
import type { Logger } from '@plinth/telemetry'
import type { UsersContract } from '@plinth/users-contract'
import { type Config, ConfigError } from './config.ts'

/** What is done wherever users are, before anybody comes: the first admin, if there is to be one, and the keys that sign. */
export const prepareUsers = async (
  users: Client<UsersContract, 'ensureAdmin' | 'noteKeys'>,
  { ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Pick<Config, 'ADMIN_EMAIL' | 'ADMIN_PASSWORD'>,
  logger: Logger,
): Promise<void> => {
  const context = contextOf(service('host'))
  if (email !== undefined && password !== undefined) {
    const { created } = await users
      .ensureAdmin(context, { email, password, name: 'Admin', onlyIfNone: true })
      .catch(refuseCommon)
    if (created) logger.info('the first admin was created')
  }
  await users.noteKeys(context, {})
}

/** A password that attackers try first is a mistake in the configuration. */
const refuseCommon = (error: unknown): never => {
  if (!ValidationFailed.is(error)) throw error
  throw new ConfigError(['ADMIN_PASSWORD: is one of the passwords that everybody tries first'])
}
