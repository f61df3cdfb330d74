import { Forbidden, type TxContext, type User } from '@plinth/kernel'

/** Whose it is: reviews are written by people. */
export const ownerOf = ({ actor }: TxContext): User => {
  if (actor.kind !== 'user') throw Forbidden()
  return actor
}
