import { type CartContract, cartContract } from '@plinth/cart-contract'
import { type CatalogContract, catalogContract } from '@plinth/catalog-contract'
import { type Client, type Colocated, detached } from '@plinth/kernel'
import type { OrdersNeighbours } from '@plinth/orders'
import { type PaymentsContract, paymentsContract } from '@plinth/payments-contract'

declare const near: {
  readonly cart: Colocated<CartContract>
  readonly catalog: Colocated<CatalogContract>
  readonly payments: Colocated<PaymentsContract>
}
declare const far: {
  readonly cart: Client<CartContract>
  readonly catalog: Client<CatalogContract>
  readonly payments: Client<PaymentsContract>
}

/** All in one process: every call may join the transaction of an order. */
export const together: OrdersNeighbours = near

/** A neighbour that is moved out does not compile where it loses atomicity, and only there. */
export const silently: OrdersNeighbours = {
  // @ts-expect-error: what takeLines does would outlive the rollback of the order
  cart: far.cart,
  // @ts-expect-error: what reserveStock and sellStock do would outlive it
  catalog: far.catalog,
  // @ts-expect-error: what createPayment does would outlive it
  payments: far.payments,
}

/** It compiles once somebody has said so. */
export const saidAloud: OrdersNeighbours = {
  cart: detached(cartContract, far.cart),
  catalog: detached(catalogContract, far.catalog),
  payments: detached(paymentsContract, far.payments),
}
