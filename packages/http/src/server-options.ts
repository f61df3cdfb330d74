import type { Server } from 'node:http'
import type { Logger } from '@plinth/telemetry'
import type { FastifyHttpOptions } from 'fastify'
import type { Guards } from './browsers.ts'
import { answerParserErrors } from './client-errors.ts'

/** What can be told of the server itself. */
export interface ServerSettings {
  readonly logger: Logger
  /** Addresses or networks of proxies whose `X-Forwarded-For` counts. */
  readonly trustProxy?: readonly string[] | undefined
  /** Bytes of the largest request body (1 MiB). */
  readonly bodyLimit?: number | undefined
}

/** Every limit that Fastify and Node leave open is set: times in milliseconds, sizes in bytes. */
export const serverOptions = (
  { logger, trustProxy = [], bodyLimit = 1024 * 1024 }: ServerSettings,
  guards: Guards,
): FastifyHttpOptions<Server> => ({
  logger: false,
  bodyLimit,
  trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
  requestTimeout: 15_000,
  connectionTimeout: 30_000,
  keepAliveTimeout: 65_000,
  http: {
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    // How often Node looks for whoever is beyond the two timeouts: every half a minute, by itself.
    connectionsCheckingInterval: 1_000,
    // Checked by the gateway: Node's own answer has no body.
    requireHostHeader: false,
  },
  routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false, caseSensitive: true },
  forceCloseConnections: 'idle',
  // Who comes on an open connection while it stops is served, and told to close it.
  return503OnClosing: false,
  clientErrorHandler: answerParserErrors(logger, guards),
})
