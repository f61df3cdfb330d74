import { stopOnSignal } from '@plinth/host'
import { startSandboxServer } from '@plinth/payments'
import { createLogger } from '@plinth/telemetry'

/** The sandbox provider, outside the shop: see README.md. */
const { HOST: host = '127.0.0.1', PORT: port = '4242', JOURNAL: journal = 'sandbox.jsonl' } = process.env
const logger = createLogger({ level: 'info', service: 'sandbox' })
const opening = startSandboxServer({ journal, host, port: Number(port) })
stopOnSignal(logger, opening)
const { url } = await opening
logger.info({ url, journal }, `listening at ${url}`)
