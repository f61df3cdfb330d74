import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Logger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import type { Guards } from './browsers.ts'
import { GatewayError, problemOf, problemType } from './problem.ts'

/** Answers what the HTTP parser itself refuses with a problem document, and hangs up. */
export const answerParserErrors =
  (logger: Logger, guards: Guards) =>
  (error: ParserError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
    const refusal = refusalFor(error.code)
    const { body, headers } = documentOf(refusal, guards)
    logger.debug({ code: error.code, requestId: headers['X-Request-Id'] }, 'the parser refused a request')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.end(
      [
        `HTTP/1.1 ${refusal.status} ${reasons[refusal.status] ?? 'Bad Request'}`,
        ...lines,
        '',
        isHead(error) ? '' : body,
      ].join('\r\n'),
    )
  }

/** What Node tells of a request that it could not read: the bytes that it was at, among others. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: unknown }

/** An answer to HEAD ends with its headers: what came behind would be taken for the next one. */
const isHead = ({ rawPacket }: ParserError): boolean =>
  Buffer.isBuffer(rawPacket) && rawPacket.subarray(0, 5).toString('latin1') === 'HEAD '

/** Answers `Expect: something` that is not `100-continue` with a problem document; Node would send none. */
export const answerExpectations = ({ server }: FastifyInstance, guards: Guards): void => {
  server.on('checkExpectation', (_request, response) => {
    const { body, headers } = documentOf(
      new GatewayError(417, 'expectation_failed', 'What the Expect header asks for is not supported.'),
      guards,
    )
    response.writeHead(417, headers).end(body)
  })
}

const documentOf = (refusal: GatewayError, guards: Guards) => {
  const requestId = randomUUID()
  const body = JSON.stringify(problemOf(refusal, { instance: '/', requestId }))
  return {
    body,
    headers: {
      'Content-Type': problemType,
      'Content-Length': Buffer.byteLength(body),
      'X-Request-Id': requestId,
      'Cache-Control': 'no-store',
      Connection: 'close',
      ...guards,
    },
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

const refusalFor = (code: string | undefined): GatewayError => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError(431, 'headers_too_large', 'The request headers are too large.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError(408, 'request_timeout', 'The request took too long to arrive.')
    default:
      return new GatewayError(400, 'bad_request', 'This is not a well-formed HTTP request.')
  }
}
