import { expect } from 'vitest'
import { z } from 'zod'

const problem = z.looseObject({
  type: z.string().regex(/^urn:plinth:problem:[a-z_]+$/),
  title: z.string().min(1),
  status: z.int().min(400).max(599),
  detail: z.string().min(1),
  instance: z.string().startsWith('/'),
  code: z.string().regex(/^[a-z][a-z0-9_]*$/),
  requestId: z.string().min(1),
})

/** That an answer is a whole problem document with this status and code. */
export const expectProblem = (
  answer: { readonly status: number; readonly headers: object; readonly body: unknown },
  status: number,
  code: string,
): void => {
  expect(answer.body).toMatchObject({ status, code })
  expect(answer.status).toBe(status)
  const document = problem.parse(answer.body)
  expect(document.type).toBe(`urn:plinth:problem:${code}`)
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    'x-request-id': document.requestId,
  })
}
