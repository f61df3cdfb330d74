import { ConfigError, readConfig, stopOnSignal } from '@plinth/host'
import { createLogger } from '@plinth/telemetry'
import { start } from './start.ts'

/** One host, configured by the environment alone. */
try {
  const config = readConfig(process.env)
  const logger = createLogger({ level: config.LOG_LEVEL, service: 'plinth' })
  const opening = start(config, logger, { tell: line => logger.info(line) })
  stopOnSignal(logger, opening)
  await opening
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
