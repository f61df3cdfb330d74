import type { Loader } from './loader.ts'
import { piecesOf, type Size } from './size.ts'

/**
 * What has to have been there: what was sold of each variant and not put back, and what is left, which is nothing of
 * one in twenty. Then the ledger, in the order in which things happened to a variant.
 */
export const loadStock = async (loader: Loader, { products }: Size): Promise<void> => {
  await loader.step('stock', async sql => {
    await sql`create index on bench_data.moved (variant)`
    await sql`analyze bench_data.moved`
    await sql`
      create unlogged table bench_data.stock as
      select v.n, coalesce(sold.quantity, 0) as sold,
             greatest(coalesce(sold.returned, 0), case when bench_data.dice(v.n, 61) < 0.05 then 0
               else 1 + (300 * power(bench_data.dice(v.n, 62), 2))::int end) as on_hand
        from bench_data.variant v
        left join (select variant, -sum(delta)::int as quantity,
                          (sum(delta) filter (where kind = 'restock'))::int as returned from bench_data.moved group by variant) sold on sold.variant = v.n`
    await sql`alter table bench_data.stock add primary key (n)`
    await sql`analyze bench_data.stock`
  })
  await loader.pieces('ledger', piecesOf(3 * products, 300_000), async ([from, to], sql) => {
    // A third of the variants had a delivery besides.
    await sql`
      insert into catalog.stock_movement (id, variant_id, kind, delta, order_id, on_hand, at, made_by, reason)
      select bench_data.id(ms, nth, 63), variant_id, kind, delta, order_id,
             sum(delta) over (partition by n order by ms, nth rows unbounded preceding), bench_data.at(ms), made_by, reason
        from (
          select v.n, v.id as variant_id, v.ms, 'initial' as kind, sold + on_hand - delivered as delta, null::uuid as order_id,
                 v.n * 2 as nth, v.seller_id::text as made_by, null as reason
            from bench_data.variant v join bench_data.stock using (n),
                 lateral (select case when n % 3 = 1 then on_hand / 2 else 0 end as delivered) _
           where n between ${from} and ${to}
          union all
          select v.n, v.id, v.ms + 1000, 'adjustment', on_hand / 2, null, v.n * 2 + 1, v.seller_id::text, 'Delivery'
            from bench_data.variant v join bench_data.stock using (n)
           where n between ${from} and ${to} and n % 3 = 1 and on_hand / 2 > 0
          union all
          select v.n, v.id, m.ms, m.kind, m.delta, m.order_id, uuid_hash_extended(m.order_id, v.n), 'orders', null
            from bench_data.variant v join bench_data.moved m on m.variant = v.n
           where v.n between ${from} and ${to}
        ) moves
       order by ms, nth`
  })
}
