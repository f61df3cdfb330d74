import { permissions, type Tell } from '@plinth/host'
import { contextOf, service } from '@plinth/kernel'
import type { Shop } from '../compose.ts'
import { seed } from './seed.ts'

/** Seeds an open shop, unless it has been seeded before. Says how far it is every half second. */
export const seedShop = async (shop: Shop, currency: string, tell: Tell): Promise<void> => {
  const { data } = await shop.catalog.listProducts(contextOf(service('seed')), { limit: 1 })
  if (data.length > 0) return
  let told = performance.now()
  tell('Filling the shelves ...')
  const { products } = await seed({
    users: shop.users,
    catalog: shop.catalog,
    permissions,
    currency,
    onProgress: (done, total, what) => {
      if (performance.now() - told < 500) return
      told = performance.now()
      tell(`Filling the shelves: ${done} of ${total} ${what}`)
    },
  })
  tell(`Seeded ${products} products.`)
}
