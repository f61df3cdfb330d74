import { stopOnSignal } from '@plinth/host'
import { startSandboxServer } from '@plinth/payments'
import { createLogger } from '@plinth/telemetry'

/** The sandbox provider, outside the shop: see README.md. */
const { HOST: host = '127.0.0.1', PORT: port = '4242', JOURNAL: journal = 'sandbox.jsonl' } = process.env
const logger = createLogger({ level: 'info', service: 'sandbox' })
const sandbox = await startSandboxServer({ journal, host, port: Number(port) })
logger.info({ url: sandbox.url, journal }, `listening at ${sandbox.url}`)
stopOnSignal(logger, () => sandbox[Symbol.asyncDispose]())
