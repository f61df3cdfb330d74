import type { Id, TxContext } from '@plinth/kernel'
import type { AccessChange } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from './deps.ts'
import type { RoleRow } from './roles/definitions.ts'

/**
 * What happened to sessions and accounts while access tokens issued before it may still live: four times
 * as long as a token, so that no clock is that wrong. And every role that the shop defined, as it is now: tokens
 * name roles, and say nothing of what they hold.
 */
export const listAccessChanges =
  ({ database }: UsersDeps) =>
  async (context: TxContext): Promise<AccessChange[]> => {
    const [ended, changed, roles] = await Promise.all([
      database.on(context).execute<{ id: Id<'Session'>; ended_at: Date }>(sql`
        select id, ended_at from users.session where ended_at > now() - interval '1 hour'`),
      database.on(context).execute<ChangedRow>(sql`
        select id, roles, status, access_changed_at from users.account
         where access_changed_at > now() - interval '1 hour'`),
      database.on(context).execute<RoleRow>(sql`select * from users.role`),
    ])
    return [
      ...ended.map(row => ({
        kind: 'session_ended' as const,
        sessionId: row.id,
        at: row.ended_at.toISOString(),
      })),
      ...changed.map(row => ({
        kind: 'access_changed' as const,
        userId: row.id,
        roles: row.roles,
        suspended: row.status === 'suspended',
        at: row.access_changed_at.toISOString(),
      })),
      ...roles.map(row => ({
        kind: 'role_changed' as const,
        role: row.name,
        permissions: row.permissions,
        at: row.changed_at.toISOString(),
      })),
    ]
  }

type ChangedRow = {
  readonly id: Id<'User'>
  readonly roles: string[]
  readonly status: 'active' | 'suspended'
  readonly access_changed_at: Date
}
