/** Sign-in for a shop of somebody else's. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { contextOf, local } from '@plinth/kernel'
import { createUsers } from '@plinth/users'
import { usersContract } from '@plinth/users-contract'
import { openDoor, pool, send } from './door.ts'

const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
const { kty = '', crv = '', x = '', d = '' } = jwk
const users = createUsers({
  pool,
  permissions: Object.values(usersContract.permissions),
  settings: {
    tokens: { keys: [{ kid: '1', alg: 'EdDSA', kty, crv, x, d }], issuer: 'somebody', audience: 'somebody' },
  },
  announce: () => undefined,
})
const { keys } = await local(usersContract, users.operations).getKeys(contextOf(), {})
const { app, url } = await openDoor(usersContract, users, keys)

const account = {
  email: 'ada@example.com',
  password: 'a password that nobody else has',
  name: 'Ada Lovelace',
}
assert.equal((await send(`${url}/v1/auth/register`, { body: account })).status, 201)
const signedIn = await send(`${url}/v1/auth/login`, { body: account })
assert.equal(signedIn.status, 400)
const { email, password } = account
const { status, body } = await send(`${url}/v1/auth/login`, { body: { email, password } })
assert.equal(status, 200)
const me = await send(`${url}/v1/users/me`, { token: body.accessToken })
assert.equal(me.body.email, email)
assert.equal((await send(`${url}/v1/users/me`)).status, 401)

await app.close()
await pool[Symbol.asyncDispose]()
