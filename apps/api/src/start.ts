import { type Config, ConfigError, type OpenHost, openHost, type Tell } from '@plinth/host'
import type { ProviderSettings } from '@plinth/payments'
import type { Logger } from '@plinth/telemetry'
import { compose, type Shop } from './compose.ts'
import { seedPassword } from './seed/accounts.ts'

/** A shop that is open. */
export type OpenShop = OpenHost<Shop>

/** What else to do on the way. */
export interface StartOptions {
  /** Hears of steps that take a while. */
  readonly tell?: Tell
  /** What has to be there before the first request: a seed, say. */
  readonly beforeOpening?: (shop: Shop) => Promise<void>
  /** A payment provider of the deployable's own, in place of the one that is configured. */
  readonly provider?: ProviderSettings
}

/** Opens the shop: connects, migrates, listens. Rejects with a `ConfigError` when what is configured does not hold up. */
export const start = async (
  config: Config,
  logger: Logger,
  { provider, ...options }: StartOptions = {},
): Promise<OpenShop> => {
  if (config.production && config.ADMIN_PASSWORD === seedPassword)
    throw new ConfigError(['ADMIN_PASSWORD: is the one of the demo, which everybody knows'])
  return openHost(config, logger, { ...options, compose: ground => compose(ground, provider) })
}
