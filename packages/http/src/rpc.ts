import type { ExposedContract, ExposedOperation } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from './problem.ts'

/**
 * What `expose` of the kernel made, as a Fastify plugin, for other deployables to call: for a server of its own, or a
 * gateway that the outside cannot reach. Bodies are read as any JSON, not as strictly as those of strangers: what a
 * call means, and how it is refused, is up to the operation, as it is in the same process.
 */
export const rpcRoutes =
  (contracts: readonly ExposedContract[]) =>
  async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: unknown, text: string) =>
      parsed(text),
    )
    const answer = (path: string, handle: ExposedOperation['handle']) =>
      app.post(path, async (request, reply) => {
        const { status, body } = await handle({ headers: request.headers, body: request.body ?? null })
        reply.code(status)
        return body === ''
          ? reply.send()
          : reply.header('content-type', 'application/json; charset=utf-8').send(body)
      })
    for (const { name, operations, otherwise } of contracts) {
      for (const { path, handle } of operations) answer(path, handle)
      answer(`/rpc/${name}/:operation`, otherwise)
    }
  }

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new GatewayError(400, 'malformed_json', 'The request body is not valid JSON.')
  }
}
