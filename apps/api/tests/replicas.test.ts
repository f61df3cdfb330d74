import { randomUUID } from 'node:crypto'
import { describeWith, eventually } from '@plinth/testing'
import { tokens, user } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import { type Backends, type GivenShop, givenShop } from './given-shop.ts'
import { type HostProcess, startHost } from './host-process.ts'
import { type Person, password, signUp } from './people.ts'

/** What a change of access has to have reached every replica within. */
const fiveSeconds = { within: 5_000, every: 50 }

const accessAcrossReplicas = (backends: () => Backends) => {
  let shop: GivenShop
  let replica: HostProcess
  beforeAll(async () => {
    shop = await givenShop(backends())
    replica = await startHost(shop.env)
  })
  afterAll(async () => {
    await replica?.[Symbol.asyncDispose]()
    await shop?.[Symbol.asyncDispose]()
  })

  /** The status that each replica gives to the same request of somebody. */
  const statuses = ({ accessToken }: Pick<Person, 'accessToken'>, path: string) =>
    Promise.all([shop.url, replica.url].map(async url => (await clientOf(url, accessToken).get(path)).status))
  const everywhere = (who: Pick<Person, 'accessToken'>, path: string, status: number) =>
    eventually(async () => expect(await statuses(who, path)).toEqual([status, status]), fiveSeconds)
  const mine = '/v1/users/me'

  test('a suspended user is out on every replica within five seconds', async () => {
    const ada = await signUp(replica.url, 'Ada')
    await everywhere(ada, mine, 200)
    ;(await shop.admin.post(`/v1/users/${ada.id}/suspend`)).expect(200, user)
    await everywhere(ada, mine, 401)
  })

  test('a session that its user ends is dead on every replica within five seconds, the others live', async () => {
    const ada = await signUp(shop.url, 'Ada')
    const signIn = await clientOf(shop.url).post('/v1/auth/login', { email: ada.email, password })
    const phone = signIn.expect(200, tokens)
    await everywhere(phone, mine, 200)
    expect((await ada.delete('/v1/users/me/sessions')).status).toBe(204)
    await everywhere(phone, mine, 401)
    expect(await statuses(ada, mine)).toEqual([200, 200])
  })

  test('a role that is given, defined anew or taken counts on every replica within five seconds', async () => {
    const ada = await signUp(replica.url, 'Ada')
    const role = `support-${randomUUID().slice(0, 8)}`
    const description = 'Answers the phone.'
    const define = (permissions: string[]) =>
      shop.admin.put(`/v1/roles/${role}`, { description, permissions })
    const permissions = ['users:read:any']
    const made = await shop.admin.post('/v1/roles', { name: role, description, permissions })
    expect(made.status).toBe(201)
    expect(await statuses(ada, '/v1/users')).toEqual([403, 403])
    await shop.admin.put(`/v1/users/${ada.id}/roles`, { roles: ['user', role] })
    await everywhere(ada, '/v1/users', 200)
    expect((await define(['users:suspend:any'])).status).toBe(200)
    await everywhere(ada, '/v1/users', 403)
    await define(permissions)
    await everywhere(ada, '/v1/users', 200)
    await shop.admin.put(`/v1/users/${ada.id}/roles`, { roles: ['user'] })
    await everywhere(ada, '/v1/users', 403)
    expect((await shop.admin.delete(`/v1/roles/${role}`)).status).toBe(204)
  })
}

describe('two replicas that share PostgreSQL alone', () => accessAcrossReplicas(() => ({})))

describeWith('redis', 'two replicas that share Redis, too', redisUrl =>
  accessAcrossReplicas(() => ({ redisUrl })),
)
