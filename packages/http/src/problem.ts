import { ContractError, Internal, statusOf, ValidationFailed } from '@plinth/kernel'

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

/** Any error as the problem document that a client may see. What is not declared is `internal`, and says nothing more. */
export const problemOf = (
  error: unknown,
  where: { readonly instance: string; readonly requestId: string },
): Problem => {
  const { code, status, detail, members } = essenceOf(error)
  return {
    type: `urn:plinth:problem:${code}`,
    title: titleOf(code),
    status,
    detail,
    ...where,
    code,
    ...members,
  }
}

/** The status and headers that go with an error. */
export const headersOf = (error: unknown, status: number): Readonly<Record<string, string>> => ({
  ...(status === 401 && {
    'www-authenticate': error instanceof BadToken ? 'Bearer error="invalid_token"' : 'Bearer',
  }),
  ...(status === 503 && { 'retry-after': '1' }),
  ...(error instanceof GatewayError && error.headers),
})

/** A token came with the request, and is no good. */
export class BadToken extends GatewayError {
  constructor(detail = 'The access token is not valid.') {
    super(401, 'unauthenticated', detail)
  }
}

const essenceOf = (error: unknown) => {
  if (error instanceof GatewayError) {
    return { code: error.code, status: error.status, detail: error.message, members: {} }
  }
  const known =
    error instanceof ContractError && error.code !== 'internal'
      ? error
      : (frameworkError(error) ?? Internal())
  if (known instanceof GatewayError)
    return { code: known.code, status: known.status, detail: known.message, members: {} }
  const members = typeof known.details === 'object' && known.details !== null ? known.details : {}
  return { code: known.code, status: statusOf[known.kind], detail: known.message, members }
}

/** What Fastify and Node refuse by themselves, in our words: theirs would name the library. */
const frameworkError = (error: unknown): GatewayError | ContractError | undefined => {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new GatewayError(413, 'payload_too_large', 'The request body is too large.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new GatewayError(415, 'unsupported_media_type', 'The request body must be application/json.')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new GatewayError(400, 'malformed_json', 'The request body is not the JSON it claims to be.')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_ASYNC_CONSTRAINT':
      return ValidationFailed({ errors: [{ parameter: 'path', detail: 'This is not a well-formed URL.' }] })
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new GatewayError(404, 'not_found', 'There is nothing here by that name.')
    case 'FST_ERR_HANDLER_TIMEOUT':
      return new GatewayError(503, 'unavailable', 'It took too long. Try again in a moment.')
    default:
      return undefined
  }
}

const titleOf = (code: string) => {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
