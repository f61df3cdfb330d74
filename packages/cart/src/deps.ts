import type { CatalogContract } from '@plinth/catalog-contract'
import type { Client } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'

/** What every use case of the cart needs. */
export interface CartDeps {
  readonly database: Database
  readonly neighbours: { readonly catalog: Client<CatalogContract, 'getOffers'> }
  readonly settings: { readonly currency: string }
}
