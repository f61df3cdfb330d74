import type { Bus } from '@plinth/cache'
import type { Standing, VerifiedToken } from '@plinth/http'
import { type Permission, permissionsOf, Unavailable } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { type AccessChange, accessChange } from '@plinth/users-contract'
import { z } from 'zod'
import { createAccessKnowledge } from './access-knowledge.ts'

/** What has happened to sessions, users and roles since access tokens were issued, kept in memory. */
export interface AccessStanding {
  /** Whether a verified token still stands; throws `unavailable` before anything was learned. */
  readonly of: (token: VerifiedToken) => Standing
  /** What a set of roles may do by now, the shop's own roles included. */
  readonly permissionsOf: (roles: readonly string[]) => readonly string[]
  /** Takes changes in at once, and tells the other replicas. */
  readonly announce: (changes: readonly AccessChange[]) => void
  /** Asks for changes; to be done once before the first request, or else nobody is let in until it was. */
  readonly learn: () => Promise<void>
  /** Asks for changes every two seconds: what was announced while nobody listened is known then. */
  readonly job: Job
}

const channel = 'access-changes'

/**
 * Lets ended sessions, suspensions and changed roles overtake access tokens on every replica: at once over
 * the bus, within seconds by asking where the bus is away. A request costs three look-ups in memory.
 *
 * @param permissions every permission there is, from all contracts
 */
export const createAccessStanding = ({
  listChanges,
  bus,
  permissions,
}: {
  readonly listChanges: () => Promise<readonly AccessChange[]>
  readonly bus: Bus
  readonly permissions: readonly Permission[]
}): AccessStanding => {
  let knowledge = createAccessKnowledge()
  let learned = false
  let worth = new Map<string, readonly string[]>()
  /** What is announced while the list is on its way may not be in it. */
  let meanwhile: AccessChange[] = []

  const take = (changes: readonly AccessChange[]) => {
    meanwhile.push(...changes)
    knowledge.take(changes)
    if (changes.some(({ kind }) => kind === 'role_changed')) worth = new Map()
  }
  bus.subscribe(channel, message => take(z.array(accessChange).safeParse(message).data ?? []))

  const learn = async () => {
    meanwhile = []
    const changes = await listChanges()
    // Starts anew, so that what is long over is forgotten.
    knowledge = createAccessKnowledge()
    worth = new Map()
    knowledge.take([...changes, ...meanwhile])
    learned = true
  }

  return {
    of: ({ sessionId, userId, roles }) => {
      if (!learned) throw Unavailable()
      return knowledge.standingOf({ sessionId, userId, roles })
    },
    permissionsOf: roles => {
      // There are few sets of roles, and each request asks for one.
      const name = roles.join(' ')
      const known = worth.get(name)
      if (known !== undefined) return known
      const held = permissionsOf(roles, permissions, knowledge.grantedTo(roles))
      if (worth.size < 1000) worth.set(name, held)
      return held
    },
    announce: changes => {
      take(changes)
      void bus.publish(channel, changes)
    },
    learn,
    job: createJob({
      name: 'host.ask-for-access-changes',
      everyMs: 2000,
      run: async () => {
        await learn()
        return 'done'
      },
    }),
  }
}
