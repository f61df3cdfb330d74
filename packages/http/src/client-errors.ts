import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Logger } from '@plinth/telemetry'
import { GatewayError, problemOf, problemType } from './problem.ts'

/** Answers what the HTTP parser itself refuses with a problem document, and hangs up. */
export const answerParserErrors =
  (logger: Logger) =>
  (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
    const refusal = refusalFor(error.code)
    const requestId = randomUUID()
    logger.debug({ code: error.code, requestId }, 'the parser refused a request')
    const body = JSON.stringify(problemOf(refusal, { instance: '/', requestId }))
    socket.end(
      [
        `HTTP/1.1 ${refusal.status} ${reasons[refusal.status] ?? 'Bad Request'}`,
        `Content-Type: ${problemType}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
        `X-Request-Id: ${requestId}`,
        'Cache-Control: no-store',
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    )
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
