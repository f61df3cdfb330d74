import type { Bus } from '@plinth/cache'
import type { Standing, VerifiedToken } from '@plinth/http'
import { createJob, type Job } from '@plinth/postgres'
import { type AccessChange, accessChange } from '@plinth/users-contract'
import { z } from 'zod'

/** What has happened to sessions and users since their access tokens were issued, kept in memory. */
export interface AccessStanding {
  /** Whether a verified token still stands. */
  readonly of: (token: VerifiedToken) => Standing
  /** Takes changes in at once, and tells the other replicas. */
  readonly announce: (changes: readonly AccessChange[]) => void
  /** Asks for changes every two seconds: what was announced while nobody listened is known then. */
  readonly job: Job
}

const channel = 'access-changes'

/**
 * Lets ended sessions, suspensions and changed roles overtake access tokens on every replica: at once over
 * the bus, within seconds by asking where the bus is away. A request costs two look-ups in memory.
 */
export const createAccessStanding = ({
  listChanges,
  bus,
}: {
  readonly listChanges: () => Promise<readonly AccessChange[]>
  readonly bus: Bus
}): AccessStanding => {
  let ended = new Set<string>()
  let changed = new Map<string, Extract<AccessChange, { kind: 'access_changed' }>>()

  const take = (change: AccessChange) => {
    if (change.kind === 'session_ended') ended.add(change.sessionId)
    else if ((changed.get(change.userId)?.at ?? '') <= change.at) changed.set(change.userId, change)
  }
  bus.subscribe(channel, message => {
    const parsed = z.array(accessChange).safeParse(message)
    for (const change of parsed.data ?? []) take(change)
  })

  return {
    of: ({ sessionId, userId, roles }) => {
      const change = changed.get(userId)
      if (ended.has(sessionId) || change?.suspended === true) return 'revoked'
      return { roles: change?.roles ?? roles }
    },
    announce: changes => {
      for (const change of changes) take(change)
      void bus.publish(channel, changes)
    },
    job: createJob({
      name: 'host.ask-for-access-changes',
      everyMs: 2000,
      run: async () => {
        const announced = { ended, changed }
        const changes = await listChanges()
        // Starts anew, so that what is long over is forgotten; what was announced meanwhile is kept.
        ended = new Set([...announced.ended].slice(-10_000))
        changed = new Map([...announced.changed].slice(-10_000))
        for (const change of changes) take(change)
        return 'done'
      },
    }),
  }
}
