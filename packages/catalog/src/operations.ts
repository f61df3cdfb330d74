import type { CatalogContract } from '@plinth/catalog-contract'
import type { Implementation } from '@plinth/kernel'

/** The catalog's operations, as its routes call them. */
export type Operations = Implementation<CatalogContract>
