import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import { colocated, type NeighboursOf } from '@plinth/kernel'
import { paymentsContract } from '@plinth/payments-contract'

/** The operations of others that orders rely on; most of them join the transaction of the order. */
export const ordersNeeds = {
  cart: colocated(cartContract, 'readLines', 'takeLines', 'returnLines'),
  catalog: colocated(catalogContract, 'reserveStock', 'sellStock', 'releaseStock'),
  payments: colocated(
    paymentsContract,
    'createPayment',
    'charge',
    'abandon',
    'settle',
    'refundPayment',
    'getPayments',
  ),
}

/** What orders are given for it. */
export type OrdersNeighbours = NeighboursOf<typeof ordersNeeds>
