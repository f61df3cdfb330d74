import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { z } from 'zod'
import type { ApiDocument, Operation } from './api-document.ts'
import type { WireAnswer } from './send.ts'

/** Says what is wrong with an answer of an operation, or of none where the path and the method are nobody's. */
export type Judge = (operation: Operation | undefined, method: string, answer: WireAnswer) => string[]

/** What may be answered by any route, before or beside its own rules. */
const generalCodes: Readonly<Record<number, readonly string[]>> = {
  400: ['bad_request', 'malformed_json', 'validation_failed'],
  401: ['unauthenticated'],
  404: ['not_found'],
  405: ['method_not_allowed'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  417: ['expectation_failed'],
  431: ['headers_too_large'],
}

/** What nobody should learn from an answer. */
const innards = /node_modules|\.ts:\d|\.js:\d|PostgresError|ECONN|syntax error|\b(SELECT|INSERT INTO|UPDATE) /

const problem = z.object({ status: z.number(), code: z.string(), requestId: z.string() })

/** Holds answers against the OpenAPI document. */
export const createJudge = (document: ApiDocument): Judge => {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  addFormats.default(ajv)
  ajv.addSchema({ ...document, $id: 'https://shop.test/openapi.json' })
  const misfit = (pointer: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`https://shop.test/openapi.json#${pointer}`)
    if (validate === undefined) return [`there is no schema at ${pointer}`]
    return validate(value) === true ? [] : [`does not fit its schema: ${ajv.errorsText(validate.errors)}`]
  }

  const refusal = (operation: Operation | undefined, { status, headers, body }: WireAnswer): string[] => {
    const value = jsonOf(body)
    const found = problem.safeParse(value).data
    const content = operation?.responses[status]?.content?.['application/problem+json']
    const codes = [...Object.keys(content?.examples ?? {}), ...(generalCodes[status] ?? [])]
    return [
      ...complain(
        headers['content-type'] !== 'application/problem+json; charset=utf-8',
        'is no problem document',
      ),
      ...misfit('/components/schemas/Problem', value),
      ...complain(found?.status !== status, `says ${found?.status} in its body`),
      ...complain(found?.requestId !== headers['x-request-id'], 'has another request id in its body'),
      ...complain(!codes.includes(found?.code ?? ''), `has a code that is not declared: ${found?.code}`),
      ...complain(status === 405 && headers.allow === undefined, 'does not say what is allowed'),
      ...complain(status === 401 && headers['www-authenticate'] === undefined, 'has no WWW-Authenticate'),
      ...complain(status === 503 && headers['retry-after'] === undefined, 'has no Retry-After'),
    ]
  }

  const success = (operation: Operation | undefined, { status, headers, body }: WireAnswer): string[] => {
    const response = operation?.responses[status]
    if (operation === undefined || response === undefined) return ['has a status that is not declared']
    if (response.content === undefined) return complain(body !== '', 'has a body where there should be none')
    const pointer = ['paths', operation.path, operation.method.toLowerCase(), 'responses', String(status)]
    return [
      ...complain(headers['content-type'] !== 'application/json; charset=utf-8', 'is no JSON'),
      ...misfit(pointerOf([...pointer, 'content', 'application/json', 'schema']), jsonOf(body)),
    ]
  }

  return (operation, method, answer) => {
    const { status, headers, body, ms } = answer
    const declined = status === 503 && problem.safeParse(jsonOf(body)).data?.code === 'payment_unavailable'
    const complaints = [
      ...complain(ms > 5000, 'took more than 5 s'),
      ...complain(status >= 500 && !declined, 'is an error of the shop'),
      ...complain(headers['x-request-id'] === undefined, 'has no request id'),
      ...complain(innards.test(body), 'shows what is inside'),
    ]
    // Neither has a body of its own to be held against anything.
    if (method === 'HEAD' || (method === 'OPTIONS' && status === 204)) return complaints
    return [...complaints, ...(status >= 400 ? refusal : success)(operation, answer)]
  }
}

const complain = (wrong: boolean, what: string): string[] => (wrong ? [what] : [])

const pointerOf = (keys: readonly string[]): string =>
  keys.map(key => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
