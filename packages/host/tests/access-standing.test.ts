import { randomUUID } from 'node:crypto'
import { createMemoryBus } from '@plinth/cache'
import { permission } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { type AccessChange, accessChange } from '@plinth/users-contract'
import { describe, expect, it } from 'vitest'
import { createAccessStanding } from '../src/index.ts'

const see = permission('shop:see:own', { description: 'See.', roles: ['user'] })
const rule = permission('shop:rule:any', { description: 'Rule.' })
const permissions = [see, rule]

const token = (roles = ['user']) => ({
  userId: randomUUID(),
  sessionId: randomUUID(),
  roles,
  issuedAt: 0,
  expiresAt: 0,
})

/** Two replicas on one bus, and what a database would tell them when they ask. */
const givenReplicas = async () => {
  const bus = createMemoryBus()
  const known: AccessChange[] = []
  const replica = async () => {
    const standing = createAccessStanding({ bus, permissions, listChanges: async () => known })
    await standing.learn()
    return standing
  }
  return { bus, known, here: await replica(), there: await replica() }
}

const ended = ({ sessionId }: { sessionId: string }) =>
  accessChange.parse({ kind: 'session_ended', sessionId, at: '2026-11-23T08:00:00.000Z' })

/** A change of roles or status, so many seconds past eight. */
const changed = (
  { userId }: { userId: string },
  second: number,
  { roles = ['user'], suspended = false } = {},
) =>
  accessChange.parse({
    kind: 'access_changed',
    userId,
    roles,
    suspended,
    at: `2026-11-23T08:00:0${second}.000Z`,
  })

const defined = (second: number, held: string[]) =>
  accessChange.parse({
    kind: 'role_changed',
    role: 'auditor',
    permissions: held,
    at: `2026-11-23T08:00:0${second}.000Z`,
  })

describe('what roles may do', () => {
  it('follows the roles that the shop defines, on every replica and in whatever order it is heard', async () => {
    const { here, there } = await givenReplicas()
    expect(here.permissionsOf(['user', 'auditor'])).toEqual([see.name])
    here.announce([defined(2, [rule.name])])
    here.announce([defined(1, [])])
    expect(here.permissionsOf(['user', 'auditor'])).toEqual([see.name, rule.name])
    expect(here.permissionsOf(['user'])).toEqual([see.name])
    await eventually(() => expect(there.permissionsOf(['auditor'])).toEqual([rule.name]))
    here.announce([defined(3, [])])
    expect(here.permissionsOf(['auditor'])).toEqual([])
  })

  it('is learned by asking, and what is not there any more is forgotten', async () => {
    const { known, here } = await givenReplicas()
    known.push(defined(1, [rule.name]))
    await here.learn()
    expect(here.permissionsOf(['auditor'])).toEqual([rule.name])
    known.length = 0
    await here.learn()
    expect(here.permissionsOf(['auditor'])).toEqual([])
  })
})

describe('the standing of access tokens', () => {
  it('is what the token says as long as nothing is known', async () => {
    const { here } = await givenReplicas()
    expect(here.of(token(['user', 'seller']))).toEqual({ roles: ['user', 'seller'] })
  })

  it('ends with the session: at once here, and soon on every replica', async () => {
    const { here, there } = await givenReplicas()
    const theirs = token()
    here.announce([ended(theirs)])
    expect(here.of(theirs)).toBe('revoked')
    await eventually(() => expect(there.of(theirs)).toBe('revoked'))
    expect(there.of({ ...theirs, sessionId: randomUUID() })).not.toBe('revoked')
  })

  it('follows roles and suspensions, whatever order they are heard of in', async () => {
    const { here, there } = await givenReplicas()
    const theirs = token(['user'])
    here.announce([changed(theirs, 2, { roles: ['user', 'seller'] })])
    here.announce([changed(theirs, 1, { suspended: true })])
    expect(here.of(theirs)).toEqual({ roles: ['user', 'seller'] })
    await eventually(() => expect(there.of(theirs)).toEqual({ roles: ['user', 'seller'] }))
    here.announce([changed(theirs, 3, { suspended: true })])
    expect(here.of(theirs)).toBe('revoked')
    here.announce([changed(theirs, 4)])
    expect(here.of(theirs)).toEqual({ roles: ['user'] })
  })

  it('learns by asking what nobody announced, and forgets nothing of what was announced meanwhile', async () => {
    const [asked, announced] = [token(), token()]
    const here = createAccessStanding({
      bus: createMemoryBus(),
      permissions,
      listChanges: async () => {
        here.announce([ended(announced)])
        return [ended(asked)]
      },
    })
    await using _ = here.job.start(silentLogger)
    await eventually(() => expect(here.of(asked)).toBe('revoked'))
    expect(here.of(announced)).toBe('revoked')
  })

  it('does not mind nonsense on the bus', async () => {
    const { bus, here, there } = await givenReplicas()
    const theirs = token()
    await bus.publish('access-changes', ended(theirs))
    await bus.publish('access-changes', 'nonsense')
    here.announce([ended(theirs)])
    await eventually(() => expect(there.of(theirs)).toBe('revoked'))
  })
})
