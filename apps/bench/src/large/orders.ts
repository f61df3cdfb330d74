import type { Sql } from 'postgres'
import { early as earlyGoods } from './goods.ts'
import type { Loader } from './loader.ts'
import { piecesOf, type Size } from './size.ts'

/**
 * Orders as they came in, more and more of them: by users of whom few order often, of products of which few sell often;
 * most were delivered, some failed, some were cancelled and refunded, a few refunded in part.
 */
export const loadOrders = async (loader: Loader, size: Size): Promise<void> => {
  await loader.step('orders', sql =>
    sql.unsafe(`create unlogged table bench_data.moved (variant bigint not null, order_id uuid not null, ms bigint not null,
      kind text not null, delta int not null)`),
  )
  await loader.pieces('orders', piecesOf(size.orders, 25_000), async (piece, sql) => {
    await plan(sql, size, piece)
    await writeOrders(sql)
    await writeReservations(sql)
    await writePayments(sql)
    await sql`drop table pg_temp.plan, pg_temp.bought`
  })
  await loader.step(
    'order numbers',
    sql => sql`select setval('orders.order_number', ${100_001 + size.orders})`,
  )
}

/** What the orders of a piece are, in temporary tables. */
const plan = async (
  sql: Sql,
  { products, users, orders, opened, until }: Size,
  [from, to]: readonly [number, number],
) => {
  // A product or a user is looked up: to read all of them for each piece would take longer.
  await sql.unsafe('set enable_hashjoin = off; set enable_mergejoin = off')
  await sql`
    create temporary table plan as
    select n, bench_data.id(ms, n, 31) as id, bench_data.id(ms, n, 32) as payment_id, user_id, ms, fate,
           case fate when 'cancelled' then 3600000 when 'fulfilled' then 86400000 + (bench_data.dice(n, 33) * 172800000)::bigint
                else 2000 end + ms as ended,
           fate in ('paid', 'fulfilled', 'cancelled') as captured,
           case when ${until} - ms < 5184000000 then 'sandbox' else 'stripe' end as provider,
           fate = 'fulfilled' and ${until} - ms > 864000000 and bench_data.dice(n, 34) < 0.01 as partly
      from generate_series(${from}::bigint, ${to}::bigint) n,
           lateral (select ${opened} + (sqrt(n::float8 / ${orders}) * ${until - opened})::bigint as ms,
                           sqrt(n::float8 / ${orders}) as so_far, bench_data.dice(n, 35) as dice offset 0) _,
           lateral (select case when dice < 0.05 then 'failed'
                                when dice < 0.053 and ${until} - ms > 7200000 then 'abandoned'
                                when dice < 0.09 and ${until} - ms > 7200000 then 'cancelled'
                                when ${until} - ms > 345600000 and dice < 0.995 then 'fulfilled'
                                else 'paid' end as fate,
                           1 + (bench_data.popular(bench_data.dice(n, 36), ${users}, ${Math.max(1, users / 200)}) * 15485863)
                             % ${users} as wanted offset 0) __,
           (select n as account_n, id as user_id from bench_data.account) account
     where account_n = case
             when wanted <= floor(${users} * (0.1 + 0.9 * so_far)) then wanted
             else 1 + wanted % floor(${users} * (0.1 + 0.9 * so_far))::bigint end`
  await sql`
    create temporary table bought as
    select distinct on (plan.n, variant.n) plan.n, plan.id as order_id, variant.n as variant_n, variant.id as variant_id,
           variant.product_id, variant.seller_id, variant.sku, variant.title, variant.price, position,
           case when bench_data.dice(plan.n * 8 + position, 41) < 0.85 then 1 else 2 end as quantity,
           plan.ms, plan.ended, plan.fate, plan.captured
      from plan,
           generate_series(1, 1 + (4 * power(bench_data.dice(n, 42), 2.6))::int) position,
           lateral (select 1 + (bench_data.popular(bench_data.dice(n * 8 + position, 43), ${products}, 10) * 15485863) % ${products}
                             as wanted,
                           floor(${products} * (${earlyGoods} + ${1 - earlyGoods}::float8 * sqrt(n::float8 / ${orders})))::bigint as there offset 0) _,
           lateral (select case when wanted <= there then wanted else 1 + wanted % there end as product_n offset 0) __,
           bench_data.variant variant
     where variant.n = 3 * (product_n - 1) + 1 + (bench_data.dice(plan.n * 8 + position, 44) * (1 + product_n % 3))::int % (1 + product_n % 3)`
  await sql.unsafe('reset enable_hashjoin; reset enable_mergejoin')
  await sql`analyze pg_temp.plan, pg_temp.bought`
  await sql`alter table plan add total bigint`
  await sql`
    update plan set total = sums.total
      from (select n, sum(price * quantity)::bigint as total from bought group by n) sums where sums.n = plan.n`
}

const writeOrders = async (sql: Sql) => {
  await sql`
    insert into orders.order (id, number, user_id, status, total, currency, shipping_address, payment_id, payment_outcome,
                              next_check_at, placed_at, paid_at, cancelled_at)
    select id, 100000 + n, user_id, case fate when 'abandoned' then 'cancelled' else fate end, total, 'USD',
           jsonb_build_object('name', 'Customer ' || n % 1000003, 'line1', n % 300 || ' Long Lane', 'city', 'London',
                              'postalCode', 'SW' || n % 20 || ' 4JH', 'country', 'GB'),
           payment_id, case when captured then 'captured' when fate = 'failed' then 'declined' else 'failed' end, null,
           bench_data.at(ms), case when captured then bench_data.at(ms + 2000) end,
           case when fate in ('cancelled', 'abandoned') then bench_data.at(ended) end
      from plan order by n`
  await sql`
    insert into orders.order_line (order_id, variant_id, position, product_id, seller_id, sku, title, quantity, unit_price, status)
    select order_id, variant_id, position, product_id, seller_id, sku, title, quantity, price,
           case fate when 'fulfilled' then 'fulfilled' when 'cancelled' then 'cancelled' when 'abandoned' then 'cancelled'
                else 'open' end
      from bought order by n, position`
  await sql`
    insert into orders.order_history (order_id, status, at, made_by, reason)
    select id, 'pending_payment', bench_data.at(ms), user_id::text, null from plan
    union all
    select id, 'paid', bench_data.at(ms + 2000), 'orders', null from plan where captured
    union all
    select id, case fate when 'abandoned' then 'cancelled' else fate end, bench_data.at(ended),
           case fate when 'cancelled' then user_id::text else 'orders' end,
           case fate when 'failed' then 'The card was declined.' end
      from plan where fate <> 'paid'`
  await sql`
    insert into orders.sale (seller_id, order_id, status)
    select distinct seller_id, order_id, fate from bought where captured`
}

const writeReservations = async (sql: Sql) => {
  await sql`
    insert into catalog.reservation (order_id, status, expires_at, created_at, settled_at)
    select id, case when fate in ('paid', 'fulfilled') then 'sold' else 'released' end,
           bench_data.at(ms + 900000), bench_data.at(ms), bench_data.at(case when fate = 'cancelled' then ended else ms + 2000 end)
      from plan order by n`
  await sql`
    insert into catalog.reservation_line
      (order_id, position, variant_id, product_id, seller_id, sku, title, quantity, unit_price, currency)
    select order_id, position, variant_id, product_id, seller_id, sku, title, quantity, price, 'USD' from bought order by n, position`
  await sql`
    insert into bench_data.moved (variant, order_id, ms, kind, delta)
    select variant_n, order_id, ms + 2000, 'sale', -quantity from bought where captured
    union all
    select variant_n, order_id, ended, 'restock', quantity from bought where fate = 'cancelled'`
}

const writePayments = async (sql: Sql) => {
  await sql`
    insert into payments.payment (id, order_id, order_number, user_id, provider, reference, amount, currency, status, reason,
                                  committed, refunded, created_at, settled_at)
    select payment_id, id, (100000 + n)::text, user_id, provider, 'pi_' || n, total, 'USD',
           case when captured then 'captured' when fate = 'failed' then 'declined' else 'failed' end,
           case fate when 'failed' then 'The card was declined.' when 'abandoned' then 'The payment was given up.' end,
           back, back, bench_data.at(ms), bench_data.at(ms + 2000)
      from plan, lateral (select case when fate = 'cancelled' then total when partly then total / 2 else 0 end as back) _
     order by n`
  await sql`
    insert into payments.refund (id, payment_id, order_id, amount, currency, reason, requested_by, status, attempts,
                                 created_at, settled_at)
    select bench_data.id(due, n, 51), payment_id, id, case when partly then total / 2 else total end, 'USD',
           case when partly then 'Arrived damaged' else 'Order ' || 100000 + n || ' was cancelled.' end,
           case when partly then 'support' else 'payments.refund-cancelled-order' end, 'succeeded', 1,
           bench_data.at(due), bench_data.at(due)
      from plan, lateral (select case when partly then ended + 172800000 else ended end as due) _
     where partly or fate = 'cancelled'`
  await sql`
    insert into payments.sandbox_payment (payment_id, order_id, token, amount, currency, state, refunded)
    select payment_id, id, 'tok_approved', total, 'USD', 'captured',
           case when fate = 'cancelled' then total when partly then total / 2 else 0 end
      from plan where provider = 'sandbox' and captured`
  await sql`
    insert into payments.sandbox_journal (at, operation, order_id, payment_id, refund_id, idempotency_key, amount, currency)
    select bench_data.at(ms + 2000), 'capture', id, payment_id, null, payment_id::text, total, 'USD'
      from plan where provider = 'sandbox' and captured
    union all
    select created_at, 'refund', refund.order_id, refund.payment_id, refund.id, refund.id::text, amount, currency
      from payments.refund join plan on plan.id = refund.order_id where provider = 'sandbox'`
}
