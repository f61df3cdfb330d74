import postgres, { type Sql } from 'postgres'

/** How much there is. */
export const sizes = {
  /** Variants that are bought. */
  products: 1_000,
  /** Products that are looked at besides, so that each look can be at another. */
  shelfWarmers: 50_000,
  buyers: 8_000,
} as const

/** A buyer, and what is bought. */
export interface Data {
  readonly sql: Sql
  readonly buyerIds: readonly string[]
  readonly variantIds: readonly string[]
  readonly productIds: readonly string[]
  /** Puts one of a variant into every cart: of all in turn, or all of one. */
  readonly fillCarts: (which: 'all' | 'one') => Promise<void>
}

/** Fills the migrated database of a shop, and makes the tables of the bare limits. */
export const loadData = async (databaseUrl: string): Promise<Data & AsyncDisposable> => {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => undefined })
  await sql.unsafe(limitTables)
  await sql`insert into bench.stock (id, price, on_hand) select n, 1999, 2000000000 from generate_series(1, ${sizes.products}) n`
  const [seller] = await sql<{ id: string }[]>`
    insert into users.account (id, email, email_key, name, password_hash, roles)
    values (catalog.new_id(), 'seller@bench.example', 'seller@bench.example', 'Seller', '-', '{user,seller}') returning id`
  const sellerId = seller?.id ?? ''
  await sql`
    with made as (
      insert into catalog.product (id, seller_id, title, slug, description, status, min_price, max_price)
      select catalog.new_id(), ${sellerId}, 'Linen shirt ' || n, 'linen-shirt-' || n,
             'Light, loose, made to last. Woven in small runs from European flax, washed once and never ironed.',
             'published', 1999, 1999
        from generate_series(1, ${sizes.products + sizes.shelfWarmers}) n
      returning id, slug
    )
    insert into catalog.variant (id, product_id, sku, title, options, price, currency, on_hand)
    select catalog.new_id(), id, 'SKU-' || slug, 'M', '{"size": "M"}', 1999, 'USD', 2000000000 from made`
  await sql`
    insert into users.account (id, email, email_key, name, password_hash)
    select catalog.new_id(), n || '@bench.example', n || '@bench.example', 'Buyer ' || n, '-' from generate_series(1, ${sizes.buyers}) n`
  await sql`insert into cart.cart (id, user_id) select catalog.new_id(), id from users.account where roles = '{user}'`
  await sql`vacuum analyze`
  const variants = await sql<{ id: string; productId: string }[]>`
    select id, product_id as "productId" from catalog.variant order by id`
  const buyers = await sql<{ id: string }[]>`select id from users.account where roles = '{user}' order by id`
  const variantIds = variants.slice(0, sizes.products).map(({ id }) => id)
  return {
    sql,
    buyerIds: buyers.map(({ id }) => id),
    variantIds,
    productIds: variants.map(({ productId }) => productId),
    async fillCarts(which) {
      const chosen = which === 'one' ? variantIds.slice(0, 1) : variantIds
      await sql`
        insert into cart.cart_line (cart_id, variant_id, quantity)
        select id, (${chosen}::uuid[])[1 + (row_number() over ()) % ${chosen.length}], 1 from cart.cart
            on conflict do nothing`
    },
    [Symbol.asyncDispose]: () => sql.end(),
  }
}

const limitTables = `
  create schema bench;
  create table bench.stock (id int primary key, price int not null, on_hand int not null check (on_hand >= 0));
  create table bench.orders (id uuid primary key, total int not null, placed_at timestamptz not null default now());
  create table bench.order_line (order_id uuid not null, product_id int not null, quantity int not null, price int not null,
    primary key (order_id, product_id));
  create table bench.outbox (id uuid primary key, type text not null, data jsonb not null, sent_at timestamptz);
  create table bench.cart_line (user_id int not null, product_id int not null, quantity int not null, primary key (user_id, product_id));
`
