import { type AuditTrail, createAuditTrail } from '@plinth/audit'
import type { Cache } from '@plinth/cache'
import { type CatalogContract, catalogContract } from '@plinth/catalog-contract'
import { type Implementation, implement } from '@plinth/kernel'
import type { Consumer } from '@plinth/messaging'
import {
  createDatabase,
  createOutbox,
  type Job,
  type Migrations,
  migrationsOf,
  type Outbox,
  type Pool,
  type Replica,
} from '@plinth/postgres'
import type { FastifyInstance } from 'fastify'
import { addVariant } from './add-variant.ts'
import { adjustStock } from './adjust-stock.ts'
import { forgetAdjustmentKeys } from './adjustment-keys.ts'
import { archiveProduct } from './archive-product.ts'
import { createCategory } from './create-category.ts'
import { createProduct } from './create-product.ts'
import { deleteCategory } from './delete-category.ts'
import { publishedProducts } from './find-product.ts'
import { getOffers } from './get-offers.ts'
import { getProduct } from './get-product.ts'
import { listCategories } from './list-categories.ts'
import { listOwnProducts } from './list-own-products.ts'
import { listProducts } from './list-products.ts'
import { listStockMovements } from './list-stock-movements.ts'
import { onOrderCancelled } from './on-order-cancelled.ts'
import { releaseExpiredReservations } from './release-expired-reservations.ts'
import { releaseStock } from './release-stock.ts'
import { reserveStock } from './reserve-stock.ts'
import { catalogRoutes } from './routes.ts'
import { sellStock } from './sell-stock.ts'
import type { CatalogSettings } from './settings.ts'
import { createShelf } from './shelf.ts'
import { updateCategory } from './update-category.ts'
import { updateProduct } from './update-product.ts'
import { updateVariant } from './update-variant.ts'

/** What the catalog is made of. */
export interface CatalogDeps {
  readonly pool: Pool
  /** Where products and lists of them may be read from that everybody sees; never what is bought. */
  readonly replica?: Replica | undefined
  /** What everybody may see is kept here for seconds. */
  readonly cache: Cache
  readonly settings: CatalogSettings
}

/** What a deployable gets. */
export interface Catalog {
  readonly operations: Implementation<CatalogContract>
  /** Its public routes: registered with a gateway of @plinth/http. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly outbox: Outbox
  readonly audit: AuditTrail
  readonly migrations: Migrations
}

/** The catalog. Nothing is read or written before something is called or started. */
export const createCatalog = ({ pool, replica, cache, settings }: CatalogDeps): Catalog => {
  const database = createDatabase({ pool, schema: 'catalog', replica })
  const outbox = createOutbox({ database, source: catalogContract })
  const audit = createAuditTrail(database)
  const shelf = createShelf(cache, publishedProducts(database))
  const parts = { database, outbox, audit, settings, shelf }
  const operations = implement(catalogContract, {
    listProducts: listProducts(parts),
    getProduct: getProduct(parts),
    listOwnProducts: listOwnProducts(parts),
    createProduct: createProduct(parts),
    updateProduct: updateProduct(parts),
    archiveProduct: archiveProduct(parts),
    addVariant: addVariant(parts),
    updateVariant: updateVariant(parts),
    adjustStock: adjustStock(parts),
    listStockMovements: listStockMovements(parts),
    listCategories: listCategories(parts),
    createCategory: createCategory(parts),
    updateCategory: updateCategory(parts),
    deleteCategory: deleteCategory(parts),
    getOffers: getOffers(parts),
    reserveStock: reserveStock(parts),
    sellStock: sellStock(parts),
    releaseStock: releaseStock(parts),
  })
  return {
    operations,
    routes: catalogRoutes(operations),
    consumers: [onOrderCancelled(parts)],
    jobs: [releaseExpiredReservations(parts), forgetAdjustmentKeys(parts)],
    outbox,
    audit,
    migrations: migrationsOf('catalog', import.meta.url),
  }
}
