import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/**
 * Plinth as in production, with one thing of its own: a payment provider that answers at once, so that what is
 * measured is the shop.
 */
const { start } = await import('@plinth/api/start')
const { readConfig, stopOnSignal } = await import('@plinth/host')
const { createLogger } = await import('@plinth/telemetry')
const { promptProvider } = await import('./prompt-provider.ts')

const config = readConfig(process.env)
const logger = createLogger({ level: config.LOG_LEVEL, service: 'plinth' })
stopOnSignal(logger, start(config, logger, { provider: promptProvider }))
