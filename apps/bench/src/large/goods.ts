import type { Loader } from './loader.ts'
import { piecesOf, type Size } from './size.ts'
import { makers, materials, nouns, prose, qualities } from './words.ts'

/** Three products in ten were there from the beginning. */
export const early = 0.3

/**
 * Works out what there is to buy, in tables of the generator's own: a product has one to three variants, two as a rule.
 * What lies on the shelf is known once everything is sold.
 */
export const planGoods = async (
  loader: Loader,
  { products, sellers, opened, until }: Size,
): Promise<void> => {
  await loader.step('goods planned', sql =>
    sql.unsafe(`
      create unlogged table bench_data.product (
        n bigint primary key, id uuid not null, ms bigint not null, seller_id uuid not null, noun int not null, title text not null
      );
      create unlogged table bench_data.variant (
        n bigint primary key, id uuid not null, product_id uuid not null, seller_id uuid not null, ms bigint not null,
        sku text not null, title text not null, size text not null, price bigint not null
      )`),
  )
  const names = nouns.map(({ name }) => name)
  await loader.pieces('goods planned', piecesOf(products, 50_000), async ([from, to], sql) => {
    await sql`
      insert into bench_data.product (n, id, ms, seller_id, noun, title)
      select n, bench_data.id(ms, n, 11), ms, seller_id, noun,
             concat_ws(' ',
               (${makers}::text[])[bench_data.popular(bench_data.dice(n, 12), ${makers.length}, 200)],
               case when bench_data.dice(n, 13) < 0.5
                    then (${qualities}::text[])[bench_data.popular(bench_data.dice(n, 14), ${qualities.length}, 10)] end,
               (${materials}::text[])[bench_data.popular(bench_data.dice(n, 15), ${materials.length}, 10)],
               (${names}::text[])[noun])
        from generate_series(${from}::bigint, ${to}::bigint) n,
             lateral (select bench_data.arrived(n, ${products}, ${early}, ${opened}, ${until}) as ms,
                             bench_data.popular(bench_data.dice(n, 16), ${nouns.length}, 8)::int as noun,
                             bench_data.popular(bench_data.dice(n, 17), ${sellers}, 20) as seller_n) _
        join (select n as account_n, id as seller_id from bench_data.account) seller on account_n = seller_n`
    await sql`
      insert into bench_data.variant (n, id, product_id, seller_id, ms, sku, title, size, price)
      select v, bench_data.id(ms, v, 18), id, seller_id, ms, 'P' || p.n || '-' || size, title || ', ' || size, size,
             round(400 * exp(4 * bench_data.dice(p.n, 19)))::bigint * 10 - 1 + 100 * (k - 1)
        from bench_data.product p, generate_series(1, 1 + p.n % 3) k,
             lateral (select 3 * (p.n - 1) + k as v, (array['S', 'M', 'L'])[k] as size) _
       where p.n between ${from} and ${to}`
  })
  await loader.step('goods planned', sql =>
    sql.unsafe('analyze bench_data.product, bench_data.variant, bench_data.account'),
  )
}

/** Puts them on the shelf: each with what was sold of it, and more. */
export const loadGoods = async (loader: Loader, { products }: Size): Promise<void> => {
  await loader.step('categories', async sql => {
    await sql`
      insert into catalog.category (id, name, slug, created_at)
      select bench_data.id(1700000000000, n, 20), part, lower(part), bench_data.at(1700000000000)
        from unnest(${[...new Set(nouns.map(({ part }) => part))]}::text[]) with ordinality _(part, n)`
    await sql`
      insert into catalog.category (id, name, slug, parent_id, created_at)
      select bench_data.id(1700000000000, n, 21), initcap(noun) || 's', noun || 's', top.id, bench_data.at(1700000000000)
        from unnest(${nouns.map(({ part }) => part)}::text[], ${nouns.map(({ name }) => name)}::text[])
             with ordinality _(part, noun, n)
        join catalog.category top on top.name = part`
  })
  await loader.pieces('goods', piecesOf(products, 5_000), async ([from, to], sql) => {
    await sql`
      insert into catalog.variant (id, product_id, sku, title, options, price, currency, active, on_hand, created_at)
      select v.id, v.product_id, v.sku, v.size, jsonb_build_object('size', v.size), v.price, 'USD',
             bench_data.dice(v.n, 22) < 0.97, stock.on_hand, bench_data.at(v.ms)
        from bench_data.variant v join bench_data.stock stock on stock.n = v.n
       where v.n between ${3 * (from - 1) + 1} and ${3 * to}`
    await sql`
      insert into catalog.product_category (product_id, category_id, position)
      select id, bench_data.id(1700000000000, noun, 21), 1 from bench_data.product where n between ${from} and ${to}
      union all
      select id, bench_data.id(1700000000000, other, 21), 2
        from bench_data.product, lateral (select 1 + (noun + n) % ${nouns.length} as other) _
       where n between ${from} and ${to} and other <> noun and bench_data.dice(n, 23) < 0.15`
    // Lists and search read what refreshProducts of the catalog writes; a test sees that this is the same.
    await sql`
      insert into catalog.product (id, seller_id, title, slug, description, status, min_price, max_price, search,
                                   created_at, updated_at)
      select p.id, p.seller_id, p.title, replace(lower(p.title), ' ', '-') || '-' || to_hex(p.n), description,
             case when chance < 0.92 then 'published' when chance < 0.96 then 'draft' else 'archived' end,
             price.least, price.greatest,
             setweight(catalog.lexemes(p.title), 'A')
               || setweight(catalog.lexemes(concat_ws(' ', price.skus, price.sizes, category.names)), 'B')
               || setweight(catalog.lexemes(description), 'C'),
             bench_data.at(p.ms), bench_data.at(p.ms)
        from bench_data.product p
       cross join lateral (
         select min(v.price) filter (where bench_data.dice(v.n, 22) < 0.97) as least,
                max(v.price) filter (where bench_data.dice(v.n, 22) < 0.97) as greatest,
                string_agg(v.sku, ' ' order by v.sku) as skus,
                concat_ws(' ', string_agg(distinct v.size, ' '), string_agg(distinct v.size, ' ')) as sizes
           from bench_data.variant v where v.n between 3 * (p.n - 1) + 1 and 3 * p.n offset 0
       ) price
       cross join lateral (
         select string_agg(c.name, ' ') as names
           from catalog.product_category pc join catalog.category c on c.id = pc.category_id where pc.product_id = p.id offset 0
       ) category
       cross join lateral (
         select bench_data.dice(p.n, 24) as chance,
                (select string_agg((${prose}::text[])[bench_data.popular(bench_data.dice(p.n * 64 + w, 25), ${prose.length}, 20)], ' ')
                   from generate_series(1, 18 + (p.n % 13)::int) w) as description
         offset 0
       ) _
       where p.n between ${from} and ${to}`
  })
  await loader.step(
    'words',
    sql =>
      sql`
      insert into catalog.search_word (word)
      select word
        from unnest(tsvector_to_array(to_tsvector('pg_catalog.simple', ${[
          ...[...makers, ...materials, ...qualities, ...prose],
          ...nouns.flatMap(({ part, name }) => [part, name, `${name}s`]),
        ].join(' ')}))) _(word)
       where word ~ '^[^0-9]+$' and char_length(word) between 3 and 40
       order by word on conflict do nothing`,
  )
}
