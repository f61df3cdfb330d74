import type { Database } from '@plinth/postgres'
import type { CartNeighbours } from './neighbours/needs.ts'

/** What every use case of the cart needs. */
export interface CartDeps {
  readonly database: Database
  readonly neighbours: CartNeighbours
  readonly settings: { readonly currency: string }
}
