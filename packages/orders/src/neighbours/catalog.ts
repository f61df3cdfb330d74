import { type CatalogContract, InsufficientStock } from '@plinth/catalog-contract'
import {
  actingAs,
  type Id,
  type InputOf,
  type InTx,
  type OutputOf,
  service,
  type TxContext,
} from '@plinth/kernel'
import type { OrdersDeps } from '../deps.ts'

type Deps = Pick<OrdersDeps, 'neighbours'>

/** Holds the stock, and says what it costs. Throws `insufficient_stock` or `item_unavailable`. */
export const reserveStock = (
  { neighbours }: Deps,
  context: InTx,
  input: InputOf<CatalogContract, 'reserveStock'>,
): Promise<OutputOf<CatalogContract, 'reserveStock'>> =>
  neighbours.catalog.reserveStock(actingAs(context, service('orders')), input)

/** Whether it was refused because there is too little of something at this moment. */
export const isOutOfStock = (error: unknown): boolean => InsufficientStock.is(error)

/** Turns what is held into a sale; false when it was not held any more and is gone. */
export const sellStock = async (
  { neighbours }: Deps,
  context: InTx,
  orderId: Id<'Order'>,
): Promise<boolean> => {
  const { outcome } = await neighbours.catalog.sellStock(actingAs(context, service('orders')), { orderId })
  return outcome === 'sold'
}

/** Gives back what is held. */
export const releaseStock = (
  { neighbours }: Deps,
  context: TxContext,
  orderId: Id<'Order'>,
): Promise<undefined> => neighbours.catalog.releaseStock(actingAs(context, service('orders')), { orderId })
