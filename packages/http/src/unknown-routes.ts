import { NotFound } from '@plinth/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pathOf } from './call.ts'
import { GatewayError } from './problem.ts'

/** Knows which methods each path takes. */
export interface KnownRoutes {
  /** The methods that the path of a request takes, for `Allow`; none where there is no such path. */
  readonly methodsFor: (request: FastifyRequest) => readonly string[]
  /** Tells a path that is not there from a method that is not. */
  readonly errorFor: (request: FastifyRequest) => Error
}

/** Notes all routes that are declared from here on. */
export const watchRoutes = (app: FastifyInstance): KnownRoutes => {
  const known: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    // The CORS plugin's catch-all is no route of ours.
    if (url !== '*') known.push({ pattern: patternOf(url), methods: [method].flat() })
  })
  const methodsFor = (request: FastifyRequest): readonly string[] => {
    const path = pathOf(request)
    const methods = known.filter(({ pattern }) => pattern.test(path)).flatMap(each => each.methods)
    return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].sort()
  }
  return {
    methodsFor,
    errorFor: request => {
      const methods = methodsFor(request)
      if (methods.length === 0) return NotFound('There is no such route.')
      const allow = methods.join(', ')
      return new GatewayError(405, 'method_not_allowed', `This route takes ${allow}.`, { allow })
    },
  }
}

const patternOf = (url: string) =>
  new RegExp(
    `^${url
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/:\w+/g, '[^/]+')
      .replaceAll('\\*', '.*')}$`,
  )
