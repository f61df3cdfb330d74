import type { ExposedOperation, RemoteReply, Transport } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { GatewayError } from './problem.ts'

/**
 * Mounts what `expose` of the kernel made, for other deployables to call: on a server of its own, or on a
 * gateway whose RPC paths the outside cannot reach. Bodies are read as any JSON, not as strictly as those of
 * strangers: what a call means, and how it is refused, is up to the operation, as it is in the same process.
 */
export const serveRpc = (app: FastifyInstance, operations: readonly ExposedOperation[]): void => {
  app.register(async rpc => {
    rpc.removeAllContentTypeParsers()
    rpc.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: unknown, text: string) =>
      parsed(text),
    )
    for (const { path, handle } of operations) {
      rpc.post(path, async (request, reply) => {
        const { status, body } = await handle({ headers: request.headers, body: request.body ?? null })
        reply.code(status)
        return body === ''
          ? reply.send()
          : reply.header('content-type', 'application/json; charset=utf-8').send(body)
      })
    }
  })
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new GatewayError(400, 'malformed_json', 'The request body is not valid JSON.')
  }
}

/** Where another deployable is. */
export interface HttpTransportOptions {
  readonly url: string
  /** Milliseconds that one try may take (4000). A call that is idempotent and could not be sent is tried twice. */
  readonly timeoutMs?: number
}

/** The way to another deployable over HTTP, on connections that are kept. */
export const httpTransport =
  ({ url, timeoutMs = 4000 }: HttpTransportOptions): Transport =>
  async ({ path, headers, body, signal, idempotent }) => {
    const send = async (): Promise<RemoteReply> => {
      const limit = AbortSignal.timeout(timeoutMs)
      const response = await fetch(new URL(path, url), {
        method: 'POST',
        headers,
        body,
        // An answer from elsewhere is not the neighbour's.
        redirect: 'error',
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      })
      return { status: response.status, body: await response.text() }
    }
    return send().catch((error: unknown) => {
      // A connection that was kept may have been ended at the other side, by a restart say.
      if (idempotent && error instanceof TypeError && signal?.aborted !== true) return send()
      throw error
    })
  }
