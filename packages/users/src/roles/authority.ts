import { type Actor, Forbidden } from '@plinth/kernel'

/** Throws `forbidden` unless the actor holds all of these permissions: nobody hands out, or takes, what they lack. */
export const assertHoldsAll = (actor: Actor, permissions: readonly string[]): void => {
  if (actor.kind === 'service') return
  if (actor.kind === 'user' && permissions.every(name => actor.permissions.includes(name))) return
  throw Forbidden('Nobody can hand out, change or take away more than they may do themselves.')
}

/** Of these permissions those that reach beyond what is one's own: what makes somebody powerful. */
export const powersAmong = (permissions: readonly string[]): string[] =>
  permissions.filter(name => name.endsWith(':any'))
