import type { Standing, VerifiedToken } from '@plinth/http'
import type { AccessChange } from '@plinth/users-contract'

type Changed = Extract<AccessChange, { kind: 'access_changed' }>
type RoleChanged = Extract<AccessChange, { kind: 'role_changed' }>

/** What is known of sessions, users and roles; later news of one thing replace earlier, in whatever order they come. */
export const createAccessKnowledge = () => {
  const ended = new Set<string>()
  const users = new Map<string, Changed>()
  const roles = new Map<string, RoleChanged>()
  return {
    take: (changes: readonly AccessChange[]): void => {
      for (const change of changes) {
        if (change.kind === 'session_ended') ended.add(change.sessionId)
        else if (change.kind === 'access_changed') keepLater(users, change.userId, change)
        else keepLater(roles, change.role, change)
      }
    },
    standingOf: (token: Pick<VerifiedToken, 'sessionId' | 'userId' | 'roles'>): Standing => {
      const change = users.get(token.userId)
      if (ended.has(token.sessionId) || change?.suspended === true) return 'revoked'
      return { roles: change?.roles ?? token.roles }
    },
    /** What those of these roles hold that the shop defined itself. */
    grantedTo: (names: readonly string[]): string[] =>
      names.flatMap(name => roles.get(name)?.permissions ?? []),
  }
}

const keepLater = <Change extends { readonly at: string }>(
  known: Map<string, Change>,
  about: string,
  change: Change,
) => {
  if ((known.get(about)?.at ?? '') <= change.at) known.set(about, change)
}
