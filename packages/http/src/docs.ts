import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'
import { gatewayOf } from './gateway-parts.ts'
import { type ApiInfo, openApiOf } from './openapi.ts'

/** What the reference page needs beyond the gateway's own policy: its own script and style, inline. */
const pagePolicy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src blob:; frame-ancestors 'none'"

/**
 * `GET /openapi.json` and the browsable reference at `GET /docs`. Nothing on the page comes from
 * elsewhere: no fonts, no proxy, no telemetry. Call it once all routes are declared.
 */
export const serveDocs = async (app: FastifyInstance, info: ApiInfo): Promise<void> => {
  let document: Buffer | undefined
  app.get('/openapi.json', async (_, reply) => {
    document ??= Buffer.from(JSON.stringify(openApiOf(gatewayOf(app).routes, info)))
    return reply.header('content-type', 'application/json; charset=utf-8').send(document)
  })
  await app.register(async page => {
    page.addHook('onSend', async (_, reply) => {
      reply.header('content-security-policy', pagePolicy)
    })
    await page.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        url: '/openapi.json',
        title: `${info.title}: API reference`,
        withDefaultFonts: false,
        proxyUrl: '',
        telemetry: false,
        hideClientButton: true,
        defaultOpenAllTags: false,
        persistAuth: true,
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    })
  })
}
