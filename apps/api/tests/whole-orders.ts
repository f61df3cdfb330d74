import type postgres from 'postgres'

/**
 * Orders of which some part was not written by the one transaction that should have written it. Each row bears the id
 * of the transaction that wrote it, so a statement that went out on its own, or within somebody else's transaction,
 * is seen; what was written for an order that is not there is, too. For orders that were paid and not touched since.
 */
export const tornOrders = async (sql: postgres.Sql): Promise<string[]> => {
  const rows = await sql`
    with part as (
      select order_id, xmin::text as by, 'opened' as step from cart.checkout
       union all
      select order_id, xmin::text, 'opened' from orders.order_line
       union all
      select order_id, xmin::text, 'opened' from orders.order_history where status = 'pending_payment'
       union all
      select order_id, xmin::text, 'settled' from orders.order_history where status = 'paid'
       union all
      select order_id, xmin::text, 'settled' from orders.sale
       union all
      select order_id, xmin::text, 'settled' from catalog.stock_movement where kind = 'sale'
    ), torn as (
      select order_id as id from part group by order_id
      having count(*) <> 6 or count(distinct (step, by)) <> 2
    ), mentioned as (
      select order_id as id from part
       union
      select order_id from payments.payment
       union
      select order_id from catalog.reservation
    )
    select id from torn
     union
    select id from mentioned where not exists (select from orders.order o where o.id = mentioned.id)`
  return rows.map(({ id }) => id)
}
