import { asId, Forbidden, type Id, type TxContext } from '@plinth/kernel'

/** Whose it is: shipments belong to people. */
export const ownerOf = ({ actor }: TxContext): Id<'User'> => {
  if (actor.kind !== 'user') throw Forbidden()
  return asId(actor.id)
}
