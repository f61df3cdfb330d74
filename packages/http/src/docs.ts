import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pathOf } from './call.ts'
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
  const { admit, routes } = gatewayOf(app)
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => admit(request, reply)
  let document: Buffer | undefined
  app.get('/openapi.json', { onRequest }, async (_, reply) => {
    document ??= Buffer.from(JSON.stringify(openApiOf(routes, info)))
    return reply.header('content-type', 'application/json; charset=utf-8').send(document)
  })
  await app.register(async page => {
    page.addHook('onSend', async (request, reply) => {
      reply.header('content-security-policy', pagePolicy)
      if (pathOf(request).endsWith('.js')) reply.header('cache-control', 'public, max-age=3600')
    })
    await page.register(scalar, {
      routePrefix: '/docs',
      hooks: { onRequest },
      configuration: {
        url: '/openapi.json',
        pageTitle: `${info.title}: API reference`,
        withDefaultFonts: false,
        proxyUrl: '',
        telemetry: false,
        // Tried where the page came from, by whatever name that was reached.
        servers: [{ url: '/' }],
        showDeveloperTools: 'never',
        hideClientButton: true,
        favicon: 'data:,',
        authentication: { preferredSecurityScheme: 'accessToken' },
        defaultOpenAllTags: false,
        persistAuth: true,
        onRequestBuilt: leaveOutEmptyToken,
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    })
  })
}

/**
 * Runs on the page. It would send `Authorization: Bearer` with nothing behind as long as no token is filled in,
 * and that is a bad token, on public routes too.
 */
const leaveOutEmptyToken = ({ request }: { readonly request: Request }): void => {
  if (request.headers.get('authorization')?.trim() === 'Bearer') request.headers.delete('authorization')
}
