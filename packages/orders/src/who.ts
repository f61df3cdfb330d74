import { Forbidden, holds, type Id, isId, type Permission, type TxContext } from '@plinth/kernel'
import { type SQL, sql } from 'drizzle-orm'

/** The user behind a call. A part of the shop is no user: nothing is its own. */
export const userOf = ({ actor }: TxContext): Id<'User'> => {
  if (actor.kind === 'user' && isId<'User'>(actor.id)) return actor.id
  throw Forbidden()
}

/** Who did it, for the history. */
export const nameOf = ({ actor }: TxContext): string => {
  switch (actor.kind) {
    case 'user':
      return actor.id
    case 'service':
      return actor.name
    case 'anonymous':
      throw Forbidden()
  }
}

/** Whether `orders.order o` is the actor's own, or the actor may deal with anybody's. */
export const visibleTo = (context: TxContext, anybodys: Permission): SQL =>
  holds(context.actor, anybodys) ? sql`true` : sql`o.user_id = ${userOf(context)}`
