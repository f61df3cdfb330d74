import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { z } from 'zod'
import { type Charge, type PaymentProvider, ProviderRefused } from '../provider/provider.ts'
import { openJournalBooks } from './journal-books.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { chargeRequest, journalRequest, refundRequest, steerRequest } from './wire.ts'

/** Where a sandbox of its own keeps its books, and where it listens. */
export interface SandboxServerOptions {
  /** The append-only file that holds its books, made if need be. */
  readonly journal: string
  readonly host?: string
  /** 0, or not given: a free one. */
  readonly port?: number
}

/** A sandbox that listens. Disposing cuts off whoever still waits, and closes its books. */
export interface SandboxServer extends AsyncDisposable {
  /** What `SANDBOX_URL` is to be. */
  readonly url: string
}

/**
 * Runs the sandbox provider outside the shop, with books of its own, for tests and drills that need a truth
 * outside. Whoever reaches it may do everything, so it listens on loopback unless told otherwise.
 */
export const startSandboxServer = async ({
  journal,
  host = '127.0.0.1',
  port = 0,
}: SandboxServerOptions): Promise<SandboxServer> => {
  const books = await openJournalBooks(journal)
  const app = fastify({ forceCloseConnections: true, keepAliveTimeout: 60_000 })
  const end = () => app.close().finally(() => books[Symbol.asyncDispose]())
  app.setErrorHandler(tellWhy)
  chargeRoutes(app, createSandbox({ books }))
  dashboardRoutes(app, createSandbox({ books }))
  try {
    await app.listen({ host, port })
  } catch (error) {
    await end()
    throw error
  }
  return { url: urlOf(app.server.address()), [Symbol.asyncDispose]: end }
}

const chargeRoutes = (app: FastifyInstance, { provider }: Sandbox): void => {
  const ask = (path: string, call: PaymentProvider['capture']) =>
    app.post(path, ({ body }, reply) => {
      const charge: Charge = { ...chargeRequest.parse(body), reference: null }
      return call(charge, { signal: untilHungUp(reply), remember: async () => undefined })
    })
  ask('/capture', provider.capture)
  ask('/void', provider.void)
  app.post('/refund', async ({ body }, reply) => {
    await provider.refund({ ...refundRequest.parse(body), reference: null }, untilHungUp(reply))
    return reply.code(204).send()
  })
}

const dashboardRoutes = (app: FastifyInstance, { readJournal, steer }: Sandbox): void => {
  app.get('/health', async () => ({ status: 'up' }))
  app.get('/journal', async ({ query }) => {
    const { orderId, latest = Number.POSITIVE_INFINITY } = journalRequest.parse(query)
    return { data: await readJournal({ orderId, latest }) }
  })
  app.put('/refunds', async ({ body }, reply) => {
    await steer(steerRequest.parse(body).mode)
    return reply.code(204).send()
  })
}

/** An answer that is lost on purpose is held until nobody waits for it any more. */
const untilHungUp = ({ raw }: FastifyReply): AbortSignal => {
  const hungUp = new AbortController()
  raw.once('close', () => hungUp.abort())
  return hungUp.signal
}

const tellWhy = async (error: unknown, _: unknown, reply: FastifyReply): Promise<FastifyReply> => {
  if (error instanceof ProviderRefused) return reply.code(409).send({ refused: error.message })
  if (error instanceof z.ZodError) return reply.code(400).send({ error: z.prettifyError(error) })
  return reply.send(error)
}

const urlOf = (address: AddressInfo | string | null): string => {
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens nowhere')
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
