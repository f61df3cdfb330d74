import { catalogPermissions as can, type Product } from '@plinth/catalog-contract'
import { type Actor, Forbidden, holds, type Id, isId, NotFound, type TxContext } from '@plinth/kernel'
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'

/** Whether the actor may change what this seller sells. */
export const mayWrite = (actor: Actor, sellerId: Product['sellerId']): boolean =>
  holds(actor, can.writeAny) || (actor.kind === 'user' && actor.id === sellerId && holds(actor, can.writeOwn))

/** The same of a column that names the seller. */
export const writableBy = (actor: Actor, sellerId: SQLWrapper): SQL => {
  if (holds(actor, can.writeAny)) return sql`true`
  return actor.kind === 'user' && holds(actor, can.writeOwn)
    ? sql`${sellerId}::text = ${actor.id}`
    : sql`false`
}

/** Throws `not_found` unless there is such a thing and the actor may change it: who may not is told no more. */
export function assertMine(
  { actor }: TxContext,
  thing: { readonly sellerId: Product['sellerId'] } | undefined,
): asserts thing {
  if (thing === undefined || !mayWrite(actor, thing.sellerId)) throw NotFound()
}

/** The person who sells; throws `forbidden` where it is none. */
export const sellerOf = ({ actor }: TxContext): Id<'User'> => {
  if (actor.kind !== 'user' || !isId<'User'>(actor.id)) throw Forbidden()
  return actor.id
}

/** Who is to be named in the ledger. */
export const nameOf = ({ actor }: TxContext): string | null => {
  if (actor.kind === 'anonymous') return null
  return actor.kind === 'user' ? actor.id : actor.name
}
