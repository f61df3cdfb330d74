-- What sellers look for first is what they have to send: their sales by the status of the order, without looking at all they
-- ever sold. An order is a sale from the moment it is paid, and takes its sales along when it goes on from there.

-- Most that were ever sold are fulfilled: those that were take no writing.
alter table orders.sale add column status text not null default 'fulfilled'
  check (status in ('paid', 'fulfilled', 'cancelled'));
alter table orders.sale alter column status set default 'paid';

update orders.sale set status = o.status from orders.order o where o.id = order_id and o.status <> 'fulfilled';

create index sale_by_status on orders.sale (seller_id, status, order_id desc);

create function orders.move_sales() returns trigger language plpgsql as $$
begin
  update orders.sale set status = new.status where order_id = new.id and seller_id in (
    select seller_id from orders.order_line where order_id = new.id);
  return null;
end
$$;

create trigger sales_go_along after update of status on orders.order
  for each row when (old.status = 'paid' and new.status <> 'paid') execute function orders.move_sales();
