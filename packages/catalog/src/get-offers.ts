import type { CatalogContract, VariantOffer } from '@plinth/catalog-contract'
import type { Id, InputOf, TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'

/** What these variants cost and how many there are this moment, in no order; unknown ones are left out. */
export const getOffers = ({ database }: Parts) => {
  /** All who ask at the same moment share a statement. */
  const lots = inLots({
    work: async (context, asked: readonly (readonly Id<'Variant'>[])[]): Promise<VariantOffer[][]> => {
      const offers = new Map(
        (await read(context, [...new Set(asked.flat())])).map(offer => [offer.variantId, offer]),
      )
      return asked.map(variantIds => [...new Set(variantIds)].flatMap(id => offers.get(id) ?? []))
    },
  })
  const read = async (context: TxContext, variantIds: readonly Id<'Variant'>[]): Promise<VariantOffer[]> => {
    const rows = await database.on(context).execute<Row>(sql`
      select v.id as "variantId", p.id as "productId", p.seller_id as "sellerId", v.sku,
             concat_ws(', ', p.title, nullif(v.title, '')) as title, v.price, v.currency,
             v.on_hand - v.reserved as available, v.active and p.status = 'published' as "forSale"
        from catalog.variant v join catalog.product p on p.id = v.product_id
       where v.id = any(${sql.param(variantIds)}::uuid[])`)
    return rows.map(({ price, currency, ...offer }) => ({ ...offer, price: { amount: price, currency } }))
  }
  return (
    context: TxContext,
    { variantIds }: InputOf<CatalogContract, 'getOffers'>,
  ): Promise<VariantOffer[]> => lots(context, variantIds)
}

type Row = Omit<VariantOffer, 'price'> & { readonly price: number; readonly currency: string }
