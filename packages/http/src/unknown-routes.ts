import { NotFound } from '@plinth/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GatewayError } from './problem.ts'

/** Tells a path that is not there from a method that is not. */
export const createUnknownRoutes = (app: FastifyInstance) => {
  const known: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    known.push({ pattern: patternOf(url), methods: [method].flat() })
  })
  return {
    errorFor: (request: FastifyRequest): Error => {
      const path = (request.raw.url ?? '/').replace(/\?.*$/s, '')
      const methods = known.filter(({ pattern }) => pattern.test(path)).flatMap(each => each.methods)
      if (methods.length === 0) return NotFound('There is no such route.')
      const allow = [...new Set(methods)].sort().join(', ')
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
