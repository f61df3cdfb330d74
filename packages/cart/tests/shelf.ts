import { catalogContract, type VariantOffer } from '@plinth/catalog-contract'
import { newId } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'

/** A catalog of the test's own: what is on its shelf can be had, at the price and in the number it says. */
export const createShelf = () => {
  const offers = new Map<string, VariantOffer>()
  return {
    catalog: fake(catalogContract, {
      getOffers: async (_, { variantIds }) => variantIds.flatMap(id => offers.get(id) ?? []),
    }),
    /** Puts a variant on the shelf. */
    put(changes: Partial<VariantOffer> = {}): VariantOffer {
      const offer = {
        variantId: newId<'Variant'>(),
        productId: newId<'Product'>(),
        sellerId: newId<'User'>(),
        sku: 'LINEN-M',
        title: 'Linen shirt, M',
        price: { amount: 4900, currency: 'USD' },
        available: 10,
        forSale: true,
        ...changes,
      }
      offers.set(offer.variantId, offer)
      return offer
    },
    /** The catalog knows nothing of it any more. */
    remove: (variantId: string) => offers.delete(variantId),
  }
}
