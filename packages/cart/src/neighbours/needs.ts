import { catalogContract } from '@plinth/catalog-contract'
import { client, type NeighboursOf } from '@plinth/kernel'

/** The operations of others that the cart relies on. */
export const cartNeeds = { catalog: client(catalogContract, 'getOffers') }

/** What the cart is given for it. */
export type CartNeighbours = NeighboursOf<typeof cartNeeds>
