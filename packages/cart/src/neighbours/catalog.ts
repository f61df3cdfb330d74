import type { VariantOffer } from '@plinth/catalog-contract'
import { actingAs, type Id, service, type TxContext, withoutTx } from '@plinth/kernel'
import type { CartDeps } from '../deps.ts'

/** What these variants cost and how many there are, right now. */
export const offersOf = async (
  { neighbours }: Pick<CartDeps, 'neighbours'>,
  context: TxContext,
  variantIds: readonly Id<'Variant'>[],
): Promise<VariantOffer[]> =>
  variantIds.length === 0
    ? []
    : neighbours.catalog.getOffers(actingAs(withoutTx(context), service('cart')), {
        variantIds: [...variantIds],
      })
