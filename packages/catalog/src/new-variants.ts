import { type CatalogContract, SkuTaken } from '@plinth/catalog-contract'
import { type Id, type InputOf, type InTx, newId, ValidationFailed, type Violation } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { nameOf } from './own.ts'
import type { Parts } from './parts.ts'

type NewVariant = InputOf<CatalogContract, 'addVariant'>['variant']

/** What is wrong with variants that fit their schema: another currency than the store's, a SKU named twice. */
export const assertFit = (
  { settings }: Pick<Parts, 'settings'>,
  variants: readonly NewVariant[],
  pointerTo: (index: number) => string,
): void => {
  const seen = new Set<string>()
  const errors: Violation[] = []
  for (const [index, { sku, price }] of variants.entries()) {
    if (price.currency !== settings.currency)
      errors.push(wrongCurrency(`${pointerTo(index)}/price/currency`, settings.currency))
    if (seen.has(sku))
      errors.push({ pointer: `${pointerTo(index)}/sku`, detail: 'Another variant here has this SKU.' })
    seen.add(sku)
  }
  if (errors.length > 0) throw ValidationFailed({ errors })
}

/** The store sells in one currency. */
export const wrongCurrency = (pointer: string, currency: string): Violation => ({
  pointer,
  detail: `Prices are in ${currency} here.`,
})

/**
 * Puts variants on the shelf, with the first row of each one's ledger. Throws `sku_taken`; a SKU counts
 * exactly as it is written.
 */
export const addVariants = async (
  { database }: Pick<Parts, 'database'>,
  context: InTx,
  productId: Id<'Product'>,
  variants: readonly NewVariant[],
): Promise<Id<'Variant'>[]> => {
  const rows = variants.map(variant => ({ ...variant, id: newId<'Variant'>() }))
  const added = await database.on(context).execute<{ sku: string }>(sql`
    with added as (
      insert into catalog.variant (id, product_id, sku, title, options, price, currency, on_hand)
      select id, ${productId}, sku, coalesce(title, ''), coalesce(options, '{}'),
             (price ->> 'amount')::int8, price ->> 'currency', stock
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as new(id uuid, sku text, title text, options jsonb, price jsonb, stock int)
       -- In one order everywhere, so that two sellers of the same SKUs never wait for each other.
       order by sku collate "C"
          on conflict (sku) do nothing
      returning id, sku, on_hand
    ), noted as (
      insert into catalog.stock_movement (variant_id, kind, delta, on_hand, made_by)
      select id, 'initial', on_hand, on_hand, ${nameOf(context)} from added
    )
    select sku from added`)
  const placed = new Set(added.map(({ sku }) => sku))
  const taken = variants.find(({ sku }) => !placed.has(sku))
  if (taken !== undefined) throw SkuTaken({ sku: taken.sku })
  return rows.map(({ id }) => id)
}
