import { pageQuery, route } from '@plinth/http'
import { type Implementation, idOf, pageOf } from '@plinth/kernel'
import { deadLetter, messagingContract } from '@plinth/messaging'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = messagingContract
const tag = 'Operations'

/** Events that no consumer could handle: for admins to see and to have tried again. */
export const deadLetterRoutes = (
  app: FastifyInstance,
  operations: Implementation<typeof messagingContract>,
): void => {
  route(app, {
    method: 'GET',
    path: '/v1/admin/dead-letters',
    id: 'listDeadLetters',
    tag,
    operation: contract.listDeadLetters,
    query: z.strictObject({ ...pageQuery, queue: z.string().max(200).optional() }),
    responses: { 200: pageOf(deadLetter) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listDeadLetters(context, query),
    }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/admin/dead-letters/:id/replay',
    id: 'replayDeadLetter',
    tag,
    operation: contract.replayDeadLetter,
    params: z.strictObject({ id: idOf('DeadLetter') }),
    responses: { 200: deadLetter },
    handle: async ({ context, params }) => ({
      status: 200,
      body: await operations.replayDeadLetter(context, params),
    }),
  })
}
