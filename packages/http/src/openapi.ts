import { documentParameters } from './openapi-parameters.ts'
import { documentResponses, problemSchema, sharedHeaders } from './openapi-responses.ts'
import type { RouteDeclaration } from './route-spec.ts'
import { type Components, collectComponents, type Json } from './schema-components.ts'

/** What the document says of the API as a whole. */
export interface ApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
  /** Where clients reach it. */
  readonly url: string
  /** The chapters, in order, with a sentence each. */
  readonly tags: Readonly<Record<string, string>>
}

/** The OpenAPI 3.1 document of the routes declared on a gateway. */
export const openApiOf = (routes: readonly RouteDeclaration[], info: ApiInfo): Json => {
  const components = collectComponents()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: info.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: info.url }],
    tags: Object.entries(info.tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `accessToken` of `POST /v1/auth/login`',
        },
      },
      headers: sharedHeaders,
      schemas: { ...components.schemas(), Problem: problemSchema },
    },
  }
}

const operationOf = (route: RouteDeclaration, components: Components): Json => {
  const { operation } = route
  const permissions = typeof operation.access === 'string' ? [] : operation.access.map(each => each.name)
  return {
    operationId: route.id,
    summary: operation.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [route.tag],
    security: operation.access === 'public' ? [] : [{ accessToken: [] }],
    // Any one of several will do.
    ...(permissions.length > 0 && {
      'x-permission': permissions.length === 1 ? permissions[0] : permissions,
    }),
    parameters: documentParameters(route, components),
    ...bodyOf(route, components),
    responses: documentResponses(route, components),
  }
}

const bodyOf = ({ body, rawBody }: RouteDeclaration, { media }: Components): Json => {
  if (rawBody === true)
    return { requestBody: { required: true, content: { 'application/json': { schema: {} } } } }
  if (body === undefined) return {}
  return { requestBody: { required: !body.safeParse(undefined).success, content: media(body, 'input') } }
}
