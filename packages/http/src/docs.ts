import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
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
  let reference: Promise<FastifyInstance> | undefined
  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    reference ??= openReference(info).catch((error: unknown) => {
      // The next visitor tries again.
      reference = undefined
      throw error
    })
    const { statusCode, headers, rawPayload } = await (await reference).inject({ url: request.url })
    const { 'content-type': type, location } = headers
    if (typeof type === 'string') reply.header('content-type', type)
    if (typeof location === 'string') reply.header('location', location)
    if (pathOf(request).endsWith('.js')) reply.header('cache-control', 'public, max-age=3600')
    return reply.code(statusCode).header('content-security-policy', pagePolicy).send(rawPayload)
  }
  for (const path of ['/docs', '/docs/', '/docs/js/scalar.js']) app.get(path, { onRequest }, show)
}

/** The page, in a server of its own that listens nowhere: its library holds five megabytes of script, so whoever asks first loads it. */
const openReference = async (info: ApiInfo): Promise<FastifyInstance> => {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const page = fastify()
  await page.register(scalar, {
    routePrefix: '/docs',
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
  return page
}

/**
 * Runs on the page. It would send `Authorization: Bearer` with nothing behind as long as no token is filled in,
 * and that is a bad token, on public routes too.
 */
const leaveOutEmptyToken = ({ request }: { readonly request: Request }): void => {
  if (request.headers.get('authorization')?.trim() === 'Bearer') request.headers.delete('authorization')
}
