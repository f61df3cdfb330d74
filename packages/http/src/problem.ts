import {
  ContractError,
  ContractMismatch,
  Internal,
  statusOf,
  Unavailable,
  ValidationFailed,
} from '@plinth/kernel'

/** A problem document (RFC 9457): what every error answer is. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  /** Stable, snake_case: what clients branch on. */
  readonly code: string
  readonly requestId: string
  readonly [member: string]: unknown
}

/** The media type of problem documents. */
export const problemType = 'application/problem+json; charset=utf-8'

/** Refusals of the gateway itself: they never reach an operation. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** A token came with the request, and is no good. */
export class BadToken extends GatewayError {
  constructor(detail = 'The access token is not valid.') {
    super(401, 'unauthenticated', detail)
  }
}

/** Any error as the problem document that a client may see. What is not declared is `internal`, and says nothing more. */
export const problemOf = (
  error: unknown,
  { instance, requestId }: { readonly instance: string; readonly requestId: string },
): Problem => {
  const { code, status, detail, members } = essenceOf(presentable(error))
  return { type: typeOf(code), title: titleOf(code), status, detail, instance, code, requestId, ...members }
}

/** The headers that go with an error. */
export const headersOf = (error: unknown, status: number): Readonly<Record<string, string>> => ({
  // RFC 6750, section 3: an error is named only where a token was sent.
  ...(status === 401 && {
    'www-authenticate': error instanceof BadToken ? 'Bearer error="invalid_token"' : 'Bearer',
  }),
  ...((status === 503 || status === 429) && { 'retry-after': '1' }),
  ...(error instanceof GatewayError && error.headers),
})

/** The URI that names a kind of problem. */
export const typeOf = (code: string): string => `urn:plinth:problem:${code}`

/** The short summary that all problems of a kind share. */
export const titleOf = (code: string): string => {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The time of a request was up while its body was still arriving: it is the client that was slow. */
export const bodyTooLate = (error: unknown): GatewayError | undefined =>
  error instanceof Error && 'code' in error && error.code === 'FST_ERR_HANDLER_TIMEOUT'
    ? new GatewayError(408, 'request_timeout', 'The request took too long to arrive.', {
        connection: 'close',
      })
    : undefined

const essenceOf = (error: GatewayError | ContractError) =>
  error instanceof GatewayError
    ? { code: error.code, status: error.status, detail: error.message, members: {} }
    : { code: error.code, status: statusOf[error.kind], detail: error.message, members: membersOf(error) }

const membersOf = ({ details }: ContractError): object =>
  typeof details === 'object' && details !== null ? details : {}

const presentable = (error: unknown): GatewayError | ContractError => {
  if (error instanceof GatewayError) return error
  if (!(error instanceof ContractError)) return ofFramework(error) ?? Internal()
  // Whose patience ended, the client's or ours, makes no difference to what it should do now.
  if (error.kind === 'deadline') return Unavailable()
  // That two of our parts do not fit together is for the log.
  if (ContractMismatch.is(error)) return Unavailable()
  return Internal.is(error) ? Internal() : error
}

/** What Fastify and Node refuse by themselves, in our words: theirs would name the library. */
const ofFramework = (error: unknown): GatewayError | ContractError | undefined => {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new GatewayError(413, 'payload_too_large', 'The request body is too large.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
      return new GatewayError(415, 'unsupported_media_type', 'The request body must be application/json.')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new GatewayError(400, 'malformed_json', 'The request body did not arrive whole.')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_ASYNC_CONSTRAINT':
      return ValidationFailed({ errors: [{ parameter: 'path', detail: 'This is not a well-formed URL.' }] })
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new GatewayError(404, 'not_found', 'There is nothing here by that name.')
    case 'FST_ERR_HANDLER_TIMEOUT':
      return Unavailable()
    default:
      return undefined
  }
}
