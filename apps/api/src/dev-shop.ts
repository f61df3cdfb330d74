import { ConfigError, readConfig, stopOnSignal } from '@plinth/host'
import { createLogger } from '@plinth/telemetry'
import type { Shop } from './compose.ts'
import { banner } from './dev-banner.ts'
import { seedShop } from './seed/seed-shop.ts'
import { start } from './start.ts'

/** The whole shop with nothing installed, seeded. */
const tell = (line: string) => process.stdout.write(`  ${line}\n`)

try {
  if (process.env.NODE_ENV === 'production')
    throw new ConfigError(['NODE_ENV: `pnpm dev` is not for production; use `pnpm start`'])
  const config = readConfig(process.env)
  const logger = createLogger({
    level: process.env.LOG_LEVEL === undefined ? 'warn' : config.LOG_LEVEL,
    service: 'plinth',
    pretty: true,
  })
  const beforeOpening = (shop: Shop) => seedShop(shop, config.STORE_CURRENCY, tell)
  const opening = start(config, logger, { tell, beforeOpening })
  stopOnSignal(logger, opening)
  process.stdout.write(banner(await opening))
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
