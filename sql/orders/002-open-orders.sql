-- Orders that wait for their payment, by user: counted at each checkout, so that nobody holds stock without end.
create index order_open on orders.order (user_id) where status = 'pending_payment';
