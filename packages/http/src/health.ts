import type { FastifyInstance } from 'fastify'

/** How a dependency is: `degraded` means that the shop goes on without it, slower or later. */
export interface DependencyHealth {
  readonly status: 'up' | 'down'
  /** Whether the shop can do without it for a while. */
  readonly required: boolean
}

/** Looks at all dependencies, from memory or within a few hundred milliseconds. */
export type ReadHealth = () => Promise<Readonly<Record<string, DependencyHealth>>>

/**
 * `GET /health/live`: the process answers. `GET /health/ready`: 503 when something required is away or
 * the host is stopping, with the state of each dependency either way. Neither counts in any limit.
 */
export const serveHealth = (
  app: FastifyInstance,
  readHealth: ReadHealth,
  isStopping: () => boolean,
): void => {
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (_, reply) => {
    const dependencies = await readHealth()
    const away = Object.values(dependencies).filter(each => each.status === 'down')
    const ready = !isStopping() && away.every(each => !each.required)
    const status = ready ? (away.length > 0 ? 'degraded' : 'ready') : 'unavailable'
    return reply.code(ready ? 200 : 503).send({
      status,
      dependencies: Object.fromEntries(
        Object.entries(dependencies).map(([name, each]) => [name, each.status]),
      ),
    })
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
