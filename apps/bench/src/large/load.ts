import { chance } from './chance.ts'
import { loadEvents } from './events.ts'
import { loadGoods, planGoods } from './goods.ts'
import { finish, takeIndexes } from './indexes.ts'
import { openLoader } from './loader.ts'
import { loadOrders } from './orders.ts'
import { loadPeople } from './people.ts'
import { sizeOf } from './size.ts'
import { loadStock } from './stock.ts'

/** How to load. */
export interface LoadOptions {
  /** 1 for a million products and users and five million orders. */
  readonly scale: number
  /** Connections that write side by side. */
  readonly lanes?: number
  readonly tell?: (line: string) => void
}

/**
 * Fills the migrated, empty database of a shop with the history of three years, in which every invariant holds. What was
 * begun and not finished is of no use: load into a new one.
 */
export const loadLargeShop = async (
  databaseUrl: string,
  { scale, lanes = 3, tell = () => undefined }: LoadOptions,
): Promise<void> => {
  const size = sizeOf(scale)
  await using loader = await openLoader(databaseUrl, lanes, tell)
  const [found] = await loader.sql<{ used: boolean }[]>`
    select exists (select from catalog.product) or exists (select from orders.order) as used`
  if (found?.used !== false) throw new Error('there is something in this database already')
  await loader.sql.unsafe(chance)
  const indexes = await takeIndexes(loader)
  await loadPeople(loader, size)
  await planGoods(loader, size)
  await loadOrders(loader, size)
  await loadStock(loader, size)
  await loadGoods(loader, size)
  await loadEvents(loader, size)
  await finish(loader, indexes)
}
