import { declareError } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { route } from './route.ts'

/** How a dependency is, and whether the shop can do without it for a while. */
export interface DependencyHealth {
  readonly status: 'up' | 'down'
  readonly required: boolean
}

/** Looks at all dependencies, from memory or within a few hundred milliseconds. */
export type ReadHealth = () => Promise<Readonly<Record<string, DependencyHealth>>>

const dependencies = z
  .record(z.string(), z.enum(['up', 'down']))
  .meta({ examples: [{ postgres: 'up', redis: 'down' }] })

const readiness = z
  .strictObject({
    status: z
      .enum(['ready', 'degraded'])
      .meta({ description: '`degraded`: something is away that the shop can do without for a while' }),
    dependencies,
  })
  .meta({ id: 'Readiness' })

const NotReady = declareError('unavailable', {
  kind: 'unavailable',
  description: 'The shop cannot take requests right now.',
  details: z.strictObject({ dependencies }),
})

const tag = 'Operations'

/**
 * `GET /health/live`: the process answers. `GET /health/ready`: 503 when something required is away or
 * the host is stopping, with the state of each dependency either way. Neither counts in any limit.
 */
export const serveHealth = (
  app: FastifyInstance,
  readHealth: ReadHealth,
  isStopping: () => boolean,
): void => {
  route(app, {
    method: 'GET',
    path: '/health/live',
    id: 'getLiveness',
    tag,
    operation: { summary: 'Whether the process answers', access: 'public', errors: [] },
    limit: 'none',
    responses: { 200: z.strictObject({ status: z.literal('live') }) },
    handle: async () => ({ status: 200, body: { status: 'live' } }),
  })
  route(app, {
    method: 'GET',
    path: '/health/ready',
    id: 'getReadiness',
    tag,
    operation: {
      summary: 'Whether it can take requests, and how what it depends on is doing',
      access: 'public',
      errors: [NotReady],
    },
    limit: 'none',
    responses: { 200: readiness },
    handle: async () => {
      const health = await readHealth()
      const away = Object.values(health).filter(each => each.status === 'down')
      const states = Object.fromEntries(Object.entries(health).map(([name, each]) => [name, each.status]))
      if (isStopping() || away.some(each => each.required)) throw NotReady({ dependencies: states })
      return { status: 200, body: { status: away.length > 0 ? 'degraded' : 'ready', dependencies: states } }
    },
  })
}

/** `GET /metrics`, for Prometheus. */
export const serveMetrics = (
  app: FastifyInstance,
  metrics: { readonly text: () => Promise<string>; readonly contentType: string },
): void => {
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
}
