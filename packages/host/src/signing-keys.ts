import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** A private signing key as a JWK (RFC 7517): OKP Ed25519 (RFC 8037) or EC P-256, with `kid` and `alg`. */
export const privateJwk = z.discriminatedUnion('kty', [
  z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    alg: z.literal('EdDSA'),
    kid: z.string().min(1),
    x: z.string(),
    d: z.string(),
  }),
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    alg: z.literal('ES256'),
    kid: z.string().min(1),
    x: z.string(),
    y: z.string(),
    d: z.string(),
  }),
])

/** See {@link privateJwk}. */
export type PrivateJwk = z.infer<typeof privateJwk>

/** What everybody may know of a key, named one by one: what is not known to be public stays behind. */
export const publicHalf = (key: PrivateJwk) => {
  const { kty, crv, x, kid, alg } = key
  return { kty, crv, x, ...(key.kty === 'EC' && { y: key.y }), kid, alg, use: 'sig' }
}

/** A private JWK set as JSON text; the first key signs, all verify. */
export const jwkSet = z.string().transform((text, context) => {
  const parsed = z.object({ keys: z.array(privateJwk).min(1) }).safeParse(jsonOf(text))
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
  if (!parsed.success || new Set(parsed.data.keys.map(key => key.kid)).size !== parsed.data.keys.length)
    return refuse('must be a private JWK set of Ed25519 or P-256 keys, each with its own kid and with alg')
  const { keys } = parsed.data
  if (!keys.every(belongTogether)) return refuse('has a key whose private half is not that of its public one')
  if (keys.some(({ d }) => published.has(d))) return refuse('has a key that everybody knows, from a standard')
  return keys
})

/** Whether what the private half signs is verified by the public one. */
const belongTogether = (jwk: PrivateJwk): boolean => {
  const { d: _, ...open } = jwk
  const hash = jwk.kty === 'EC' ? 'sha256' : null
  const text = Buffer.from('a text to sign')
  try {
    const signature = sign(hash, text, createPrivateKey({ key: { ...jwk }, format: 'jwk' }))
    return verify(hash, text, createPublicKey({ key: open, format: 'jwk' }), signature)
  } catch {
    return false
  }
}

/** Private keys of the examples in RFC 7515 A.3, RFC 7517 A.2 and RFC 8037 A.1. */
const published: ReadonlySet<string> = new Set([
  'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
  'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
])

/** A new Ed25519 key. */
export const generateKey = (): PrivateJwk => {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return privateJwk.parse({ ...jwk, alg: 'EdDSA', kid: randomUUID() })
}

/**
 * The keys kept in a folder, made on first use: what stands in for `JWT_KEYS` outside production.
 * Two processes that start at once end up with the same keys.
 */
export const keysIn = async (directory: string): Promise<PrivateJwk[]> => {
  const path = join(directory, 'jwt-keys.json')
  await mkdir(directory, { recursive: true })
  const kept = await readFile(path, 'utf8').catch(unless('ENOENT'))
  if (kept !== undefined) return jwkSet.parse(kept)
  // It gets its name once it is whole: whoever else starts now must not find half of it.
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, JSON.stringify({ keys: [generateKey()] }), { mode: 0o600, flag: 'wx' })
  await link(draft, path).catch(unless('EEXIST'))
  await unlink(draft)
  return jwkSet.parse(await readFile(path, 'utf8'))
}

/** Rethrows what is not of this code. */
const unless = (code: string) => (error: unknown) => {
  if (error instanceof Error && 'code' in error && error.code === code) return undefined
  throw error
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
