-- What the faked neighbours of orders remember. Tables, so that they take part in transactions as the real ones do.
create table neighbour.cart (user_id uuid primary key, lines jsonb not null default '[]');
create table neighbour.taken (order_id uuid primary key, user_id uuid not null, lines jsonb not null, returned boolean not null default false);
create table neighbour.variant (
  id uuid primary key,
  product_id uuid not null,
  seller_id uuid not null,
  sku text not null,
  price bigint not null,
  on_hand int not null check (on_hand >= 0),
  reserved int not null default 0 check (reserved between 0 and on_hand)
);
create table neighbour.hold (order_id uuid primary key, lines jsonb not null, status text not null default 'open');
create table neighbour.payment (
  id uuid primary key,
  order_id uuid not null unique,
  provider text not null,
  token text not null,
  amount bigint not null,
  currency text not null,
  status text not null default 'pending',
  refunding boolean not null default false
);
-- The provider's own journal: written outside any transaction of ours, once a payment.
create table neighbour.provider (payment_id uuid primary key, outcome text not null, amount bigint not null);
grant usage on schema neighbour to plinth_orders;
grant select, insert, update, delete on all tables in schema neighbour to plinth_orders;
