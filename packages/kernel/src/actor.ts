import type { Permission } from './permission.ts'

/**
 * Who asks. A user carries the roles and permissions that its access token was worth when it was
 * verified; a service is another part of the shop acting on its own behalf (a job, a consumer).
 */
export type Actor = Anonymous | User | Service

/** Nobody in particular. */
export interface Anonymous {
  readonly kind: 'anonymous'
}

/** A signed-in person. */
export interface User {
  readonly kind: 'user'
  /** The user's id, a UUIDv7. */
  readonly id: string
  readonly roles: readonly string[]
  /** Names of the permissions that the roles add up to. */
  readonly permissions: readonly string[]
  /** The session that the access token belongs to. */
  readonly sessionId?: string
}

/** A part of the shop acting by itself; it may do everything that is internal. */
export interface Service {
  readonly kind: 'service'
  readonly name: string
}

/** The one anonymous actor there is. */
export const anonymous: Anonymous = Object.freeze({ kind: 'anonymous' })

/** The actor of a job or consumer: `service('orders')`. */
export const service = (name: string): Service => ({ kind: 'service', name })

/**
 * Whether the actor holds the permission. Services hold every one; an anonymous actor holds none.
 * Which *thing* an `:own` permission covers is for the callee to decide.
 */
export const holds = (actor: Actor, permission: Permission): boolean =>
  actor.kind === 'service' || (actor.kind === 'user' && actor.permissions.includes(permission.name))
