import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { ConfigError } from './config.ts'

/** Listens, and says where; an address that cannot be had is a mistake in the configuration, or somebody else's there. */
export const listenAt = async (
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number | undefined },
  prefix: '' | 'INTERNAL_' = '',
): Promise<string> => {
  await app.listen({ host, port: port ?? 0, backlog }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') throw new ConfigError([`${prefix}PORT: somebody listens there already`])
    if (code === 'EACCES') throw new ConfigError([`${prefix}PORT: we are not allowed to listen there`])
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new ConfigError([`${prefix}HOST: there is no such address here`])
    throw error
  })
  return `http://${hostInUrl(host)}:${portOf(app.server.address())}`
}

/**
 * How many may knock in one moment before they are let in; systems have a limit of their own (4,096 on Linux). For whom
 * there is no room knocks again after one second, two, four: the last of a crowd a minute later.
 */
const backlog = 4_096

/** A host as a URL names it. */
export const hostInUrl = (host: string): string =>
  host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0
