import { etagOf, jsonOf } from '@plinth/kernel'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Shape } from './answer-shape.ts'
import type { StoredAnswer } from './idempotency.ts'
import { headersOf, type Problem, problemType } from './problem.ts'
import type { Answer, RouteDeclaration } from './route-spec.ts'

/** An answer as it goes out: nothing in it that its schema does not name. */
export const answerOf = (
  { status, body, headers = {} }: Answer,
  shape: Shape | undefined,
  onExcess: (pointer: string) => void,
): StoredAnswer =>
  body === undefined
    ? { status, headers, body: '' }
    : {
        status,
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
        body: jsonOf(shape === undefined ? body : shape(body, onExcess)) ?? '',
      }

/** A refusal as an answer, so that one which had an effect (402) can be kept. */
export const refusalOf = (error: unknown, problem: Problem): StoredAnswer => ({
  status: problem.status,
  headers: { 'content-type': problemType, ...headersOf(error, problem.status) },
  body: JSON.stringify(problem),
})

/** The bytes of an answer, and its entity tag where it was asked for: of one that is sent again they are there already. */
const wireOf = (answer: StoredAnswer): { readonly bytes: Buffer; tag: string | undefined } => {
  const known = wires.get(answer)
  if (known !== undefined) return known
  const wire = { bytes: Buffer.from(answer.body), tag: undefined }
  wires.set(answer, wire)
  return wire
}

const wires = new WeakMap<StoredAnswer, ReturnType<typeof wireOf>>()

const tagOf = (answer: StoredAnswer): string => {
  const wire = wireOf(answer)
  wire.tag ??= etagOf(JSON.parse(answer.body))
  return wire.tag
}

/** Sends an answer; that of a single resource with its ETag, or as 304 to who has it already. */
export const sendAnswer = (
  spec: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: StoredAnswer,
): FastifyReply => {
  const { status, headers, body } = answer
  reply.code(status).headers({ ...headers })
  if (body === '') return reply.send()
  if (spec.etag === true && status < 300) {
    const tag = tagOf(answer)
    reply.header('etag', tag)
    const known = request.headers['if-none-match']
    if (spec.method === 'GET' && known !== undefined && isKnown(known, tag)) {
      return reply.code(304).removeHeader('content-type').send()
    }
  }
  return reply.send(wireOf(answer).bytes)
}

/** Weak comparison (RFC 9110, section 13.1.2). */
const isKnown = (condition: string, tag: string): boolean =>
  condition.trim() === '*' || condition.split(',').some(each => each.trim().replace(/^W\//, '') === tag)
