import type { Id, InTx } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

/**
 * Brings what lists are sorted by and what search reads up to date with the products' texts, variants and
 * categories. Their rows are locked first, so that of two changes the later one sees both.
 */
export const refreshProducts = async (
  database: Database,
  context: InTx,
  productIds: readonly Id<'Product'>[],
): Promise<void> => {
  await database.on(context).execute(sql`
    with document as (
      select p.id, p.title, p.description,
        (select concat_ws(' ', string_agg(distinct v.title, ' '), string_agg(distinct o.value, ' '))
           from catalog.variant v left join lateral jsonb_each_text(v.options) o on true
          where v.product_id = p.id) as variants,
        (select string_agg(v.sku, ' ' order by v.sku) from catalog.variant v where v.product_id = p.id) as skus,
        (select string_agg(c.name, ' ')
           from catalog.product_category pc join catalog.category c on c.id = pc.category_id
          where pc.product_id = p.id) as categories,
        price.least, price.greatest
        from catalog.product p
       cross join lateral (
         select min(v.price) as least, max(v.price) as greatest
           from catalog.variant v where v.product_id = p.id and v.active
       ) price
       where p.id = any(${sql.param(productIds)}::uuid[])
    ), learned as (
      insert into catalog.search_word (word)
      select word
        from (
          select distinct unnest(tsvector_to_array(
            to_tsvector('pg_catalog.simple', catalog.plain_text(concat_ws(' ', title, left(variants, 20000), categories, left(description, 5000))))
          )) from document
        ) found(word)
       where word ~ '^[^0-9]+$' and char_length(word) between 3 and 40
         and not exists (select from catalog.search_word known where known.word = found.word)
       -- In one order everywhere, so that two writers of the same words never wait for each other.
       order by word
          on conflict do nothing
    )
    update catalog.product p
       set min_price = d.least, max_price = d.greatest,
           search = setweight(catalog.lexemes(d.title), 'A')
             || setweight(catalog.lexemes(concat_ws(' ', left(d.skus, 10000), left(d.variants, 20000), d.categories)), 'B')
             || setweight(catalog.lexemes(d.description), 'C')
      from document d where p.id = d.id`)
}
