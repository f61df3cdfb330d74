import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { BadToken } from './problem.ts'

/** A public key as a JWK with `kid` and `alg`. */
export type PublicKey = Readonly<Record<string, unknown>>

/** What access tokens may be signed with. */
export const algorithms = ['EdDSA', 'ES256'] as const

const publicJwk = z.looseObject({ kid: z.string(), alg: z.enum(algorithms), kty: z.enum(['OKP', 'EC']) })

/**
 * The public keys in the form that the verifier takes. They are asked for again when a token names one that
 * is not known, once a second at most, so that made-up names cost nothing.
 */
export const createKeyRing = (publicKeys: () => Promise<readonly PublicKey[]>) => {
  let ring = new Map<string, { readonly alg: string; readonly pem: string }>()
  let refreshing: Promise<void> | undefined
  let refreshedAt = Number.NEGATIVE_INFINITY
  const refresh = async () => {
    ring = new Map((await publicKeys()).map(entryOf))
    refreshedAt = performance.now()
  }
  const refreshed = async () => {
    if (refreshing === undefined && performance.now() - refreshedAt < 1000) return
    refreshing ??= refresh().finally(() => {
      refreshing = undefined
    })
    await refreshing
  }
  return {
    /** @throws BadToken where there is no such key, or not for this algorithm; what `publicKeys` throws */
    pemFor: async ({ kid, alg }: { readonly kid: string; readonly alg: string }): Promise<string> => {
      if (!ring.has(kid)) await refreshed()
      const key = ring.get(kid)
      if (key === undefined || key.alg !== alg) throw new BadToken()
      return key.pem
    },
  }
}

const entryOf = (key: PublicKey) => {
  const jwk = publicJwk.parse(key)
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()
  return [jwk.kid, { alg: jwk.alg, pem }] as const
}
