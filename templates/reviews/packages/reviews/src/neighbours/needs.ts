import { client, type NeighboursOf } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'

/** The operations of others that reviews rely on. */
export const reviewsNeeds = { orders: client(ordersContract, 'getOrder') }

/** What reviews are given for it. */
export type ReviewsNeighbours = NeighboursOf<typeof reviewsNeeds>
