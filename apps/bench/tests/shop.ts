import { start } from '@plinth/api/start'
import { readConfig, stopOnSignal } from '@plinth/host'
import { createLogger } from '@plinth/telemetry'

/** A shop with the sandbox provider, as the environment says. */
const config = readConfig(process.env)
const logger = createLogger({ level: config.LOG_LEVEL, service: 'plinth' })
stopOnSignal(logger, start(config, logger))
