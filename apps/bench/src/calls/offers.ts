import { catalogContract } from '@plinth/catalog-contract'
import { defineContract, type InputOf, implement, newId } from '@plinth/kernel'

/** One operation of the catalog, as it is there. */
export const offersContract = defineContract({
  name: 'catalog',
  permissions: {},
  events: {},
  operations: { getOffers: catalogContract.operations.getOffers },
})

/** What is asked: as much as a cart of one line asks. */
export type Asked = InputOf<typeof offersContract, 'getOffers'>

const known = { productId: newId<'Product'>(), sellerId: newId<'User'>() }

/** What is answered: from memory, so that the way there is all there is to measure. */
export const offersOf = async ({ variantIds }: Asked) =>
  variantIds.map(variantId => ({
    ...{ variantId, ...known, sku: 'LINEN-M', title: 'Linen shirt, M' },
    ...{ price: { amount: 4900, currency: 'USD' }, available: 12, forSale: true },
  }))

/** The operation, with its edge. */
export const operations = implement(offersContract, { getOffers: (_, asked) => offersOf(asked) })
