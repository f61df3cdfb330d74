import { createPrivateKey, sign } from 'node:crypto'
import { permissions } from '@plinth/host'
import { newId, permissionsOf, roles } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Face, givenFace } from './given-face.ts'

let face: Face
/** Every operation with the permissions of which it asks for one; none for those that are for all. */
let operations: { readonly method: string; readonly path: string; readonly asked: readonly string[] }[]

beforeAll(async () => {
  face = await givenFace('https://shop.test')
  const document = z
    .object({
      paths: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({ 'x-permission': z.union([z.string(), z.array(z.string())]).optional() }),
        ),
      ),
    })
    .parse((await face.app.inject('/openapi.json')).json())
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { 'x-permission': asked = [] }]) => ({
      method: method.toUpperCase(),
      path,
      asked: [asked].flat(),
    })),
  )
})
afterAll(() => face?.[Symbol.asyncDispose]())

/** An access token as the shop signs them. */
const tokenOf = (held: readonly string[], changes: object = {}) => {
  const now = Math.floor(Date.now() / 1000)
  const { kid, alg } = face.key
  const parts = [
    { alg, kid, typ: 'at+jwt' },
    {
      iss: 'plinth',
      aud: 'plinth',
      sub: newId(),
      sid: newId(),
      roles: held,
      iat: now,
      exp: now + 900,
      jti: newId(),
      ...changes,
    },
  ]
  const content = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const key = createPrivateKey({ key: { ...face.key }, format: 'jwk' })
  return `${content}.${sign(null, Buffer.from(content), key).toString('base64url')}`
}

/** The status of an operation on things that nobody has, from an address of its own. */
const statusOf = async ({ method, path }: { method: string; path: string }, token?: string) => {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'provider' ? 'sandbox' : newId()))
  const answer = await face.app.inject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).parse(method),
    url,
    remoteAddress: `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}::1`,
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  })
  return answer.statusCode
}

/** The operations that answered with something else than they should, and what. */
const others = async (
  chosen: readonly { method: string; path: string }[],
  status: number,
  token?: string,
): Promise<string[]> => {
  const wrong = []
  for (const operation of chosen) {
    const answered = await statusOf(operation, token)
    if (answered !== status) wrong.push(`${operation.method} ${operation.path}: ${answered}`)
  }
  return wrong
}

const guarded = () => operations.filter(({ asked }) => asked.length > 0)

describe('every operation that asks for a permission', () => {
  it('is one of many, so that this walk leads somewhere', () => {
    expect(guarded().length).toBeGreaterThan(40)
  })

  it('is a 401 without a token, and with one that has ended', async () => {
    expect(await others(guarded(), 401)).toEqual([])
    expect(await others(guarded(), 401, tokenOf(['admin'], { exp: 1 }))).toEqual([])
  })

  it.each(roles.map(role => [role]))('is a 403 for %s exactly where the role lacks it', async role => {
    const held = permissionsOf([role], permissions)
    const lacks = guarded().filter(({ asked }) => !asked.some(name => held.includes(name)))
    const may = guarded().filter(operation => !lacks.includes(operation))
    const token = tokenOf([role])
    expect(await others(lacks, 403, token)).toEqual([])
    // Behind the check there is no database here, which takes a moment to be found out: all at once.
    const admitted = await Promise.all(may.map(operation => statusOf(operation, token)))
    expect(admitted.filter(status => status === 401 || status === 403)).toEqual([])
  })

  it('is a 403 for somebody without a role, and for roles that there are not', async () => {
    expect(await others(guarded(), 403, tokenOf([]))).toEqual([])
    expect(await others(guarded(), 403, tokenOf(['Admin', 'root', 'constructor']))).toEqual([])
  })
})

it('a bad token is a 401 on every operation that is for all, too', async () => {
  const open = operations.filter(({ asked, path }) => asked.length === 0 && !path.startsWith('/health/'))
  expect(open.length).toBeGreaterThan(8)
  expect(await others(open, 401, `${tokenOf(['admin'])}x`)).toEqual([])
})
