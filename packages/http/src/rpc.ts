import type { ExposedOperation, Transport } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'

/** Mounts what `expose` of the kernel made, for other deployables to call. */
export const serveRpc = (app: FastifyInstance, operations: readonly ExposedOperation[]): void => {
  for (const { path, handle } of operations) {
    app.post(path, async (request, reply) => {
      const { status, body } = await handle({ headers: request.headers, body: request.body ?? null })
      reply.code(status)
      return body === ''
        ? reply.send()
        : reply.header('content-type', 'application/json; charset=utf-8').send(body)
    })
  }
}

/** The way to another deployable over HTTP, on connections that are kept. */
export const httpTransport =
  ({ url, timeoutMs = 4000 }: { readonly url: string; readonly timeoutMs?: number }): Transport =>
  async ({ path, headers, body, signal }) => {
    const limit = AbortSignal.timeout(timeoutMs)
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers,
      body,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    return { status: response.status, body: await response.text() }
  }
