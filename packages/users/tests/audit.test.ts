import { contextOf, newId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aKey, anybody, type Given, givenUsers, internal, password } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenUsers()
})
afterAll(() => given[Symbol.asyncDispose]())

const entries = async (filters: { action?: string; subject?: string; actor?: string }) =>
  (await given.users.audit.listEntries(internal, { limit: 100, ...filters })).data
const about = (subject: string) => entries({ subject })
const actions = async (subject: string) => (await about(subject)).map(({ action }) => action).toReversed()

describe('the audit tells', () => {
  test('of sign-ins, with where they came from', async () => {
    const { id, email } = await given.register()
    await given.call.login({ ...anybody, address: '192.0.2.7', requestId: 'request-1' }, { email, password })
    expect(await about(id)).toMatchObject([
      {
        actor: { kind: 'user', id },
        action: 'users.signed-in',
        address: '192.0.2.7',
        requestId: 'request-1',
        details: { sessionId: expect.any(String) },
      },
    ])
  })

  test('of sign-ins that failed, whoever they were meant for, without what was typed', async () => {
    const { id, email } = await given.register()
    const address = `192.0.2.${Math.floor(Math.random() * 250)}-${newId()}`
    const fail = (email: string, password: string) =>
      expect(given.call.login({ ...anybody, address }, { email, password })).rejects.toThrow()
    await fail(email, 'wrong password')
    await fail('no such e-mail', 'wrong password')
    await given.call.suspend(admin, { userId: id })
    await fail(email, password)
    const failed = (await entries({ action: 'users.sign-in-failed' })).filter(
      each => each.address === address,
    )
    expect(failed.map(({ subject, details }) => [subject?.id, details])).toEqual([
      [id, { code: 'account_suspended' }],
      [undefined, { code: 'invalid_credentials' }],
      [id, { code: 'invalid_credentials' }],
    ])
    expect(JSON.stringify(failed)).not.toMatch(/wrong password|no such e-mail|@/)
  })

  test('of roles, suspensions and resets, with what changed', async () => {
    const { id: userId, email } = await given.register()
    await given.call.setRoles(admin, { userId, roles: ['user', 'seller'] })
    await given.call.setRoles(admin, { userId, roles: ['seller', 'user'] })
    await given.call.suspend(admin, { userId })
    await given.call.reinstate(admin, { userId })
    await given.call.resetPassword(anybody, { token: await given.token(userId), password: `${password}!` })
    await given.call.ensureAdmin(internal, { email, password, name: 'Ada' })
    expect(await actions(userId)).toEqual([
      'users.roles-changed',
      'users.suspended',
      'users.reinstated',
      'users.password-reset',
      'users.admin-made',
    ])
    const [, , , , first] = await about(userId)
    expect(first).toMatchObject({
      actor: { kind: 'user', id: admin.actor.kind === 'user' && admin.actor.id },
      details: { from: ['user'], to: ['user', 'seller'] },
    })
  })

  test('of roles that were defined', async () => {
    const name = 'support'
    const definition = { name, description: 'Answers the phone.', permissions: ['users:read:any'] }
    await given.call.createRole(admin, definition)
    await given.call.replaceRole(admin, { ...definition, permissions: ['users:suspend:any'] })
    await given.call.deleteRole(admin, { name })
    expect(await actions(name)).toEqual(['users.role-created', 'users.role-changed', 'users.role-deleted'])
  })

  test('of sessions that ended, and of tokens that came twice', async () => {
    const { user, tokens } = await given.signedIn()
    const { refreshToken } = tokens
    await given.call.refresh(anybody, { refreshToken })
    await expect(given.call.refresh(anybody, { refreshToken })).rejects.toThrow()
    const again = await given.call.login(anybody, { email: user.email, password })
    for (const _ of [1, 2]) await given.call.logout(anybody, { refreshToken: again.refreshToken })
    expect(await actions(user.id)).toEqual([
      'users.signed-in',
      'users.refresh-token-reused',
      'users.signed-in',
      'users.signed-out',
    ])
    for (const { details } of await about(user.id)) expect(details).toEqual({ sessionId: expect.any(String) })
  })

  test('nothing of what was refused', async () => {
    const { id: userId } = await given.register()
    const somebody = contextOf({ kind: 'user', id: newId(), roles: [], permissions: ['users:roles:any'] })
    await expect(given.call.setRoles(somebody, { userId, roles: ['admin'] })).rejects.toThrow()
    expect(await about(userId)).toEqual([])
  })
})

test('the audit tells once which keys sign and verify, whoever boots, and again when they change', async () => {
  const changes = async () => (await entries({ action: 'users.keys-changed' })).map(({ details }) => details)
  await Promise.all([given.call, given.elsewhere, given.call].map(call => call.noteKeys(internal, {})))
  const first = await changes()
  expect(first).toEqual([{ kids: [expect.any(String)] }])
  await using others = await givenUsers({ keys: [aKey(), aKey('ES256')] })
  await others.call.noteKeys(internal, {})
  const { data } = await others.users.audit.listEntries(internal, { limit: 5 })
  expect(data).toMatchObject([{ details: { kids: [expect.any(String), expect.any(String)] } }])
})
