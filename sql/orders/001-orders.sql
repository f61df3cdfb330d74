-- Who ordered what, how each order stands, and every state it was in.

-- Numbers for people. One that a rolled-back checkout drew is never seen.
create sequence orders.order_number start with 100001;

create table orders.order (
  id uuid primary key,
  number bigint not null unique default nextval('orders.order_number'),
  user_id uuid not null,
  status text not null default 'pending_payment'
    check (status in ('pending_payment', 'paid', 'fulfilled', 'failed', 'cancelled')),
  -- In minor units of the currency, as every amount here.
  total bigint not null check (total >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  shipping_address jsonb not null check (octet_length(shipping_address::text) <= 10000),
  payment_id uuid not null,
  -- What became of the payment, as far as this order has acted on it.
  payment_outcome text check (payment_outcome in ('captured', 'declined', 'failed')),
  -- When somebody has to ask again what became of the payment; null once that is known and acted on.
  next_check_at timestamptz default now() + interval '5 seconds',
  checks int not null default 0,
  placed_at timestamptz not null default now(),
  paid_at timestamptz,
  cancelled_at timestamptz,
  check ((payment_outcome is null) = (next_check_at is not null)),
  check ((cancelled_at is not null) = (status = 'cancelled')),
  check (case
    when status in ('paid', 'fulfilled') then paid_at is not null
    when status in ('pending_payment', 'failed') then paid_at is null
    else true
  end),
  check (paid_at is null or payment_outcome = 'captured'),
  check (status <> 'pending_payment' or payment_outcome is null),
  check (status <> 'failed' or payment_outcome is not null)
);

-- Lists are newest first, and ids are in the order of time.
create index order_by_user on orders.order (user_id, id desc);
create index order_by_status on orders.order (status, id desc);
create index order_unsettled on orders.order (next_check_at) where next_check_at is not null;

-- What was bought, under the name and at the price it had.
create table orders.order_line (
  order_id uuid not null references orders.order,
  variant_id uuid not null,
  position int not null,
  product_id uuid not null,
  seller_id uuid not null,
  sku text not null check (char_length(sku) <= 200),
  title text not null check (char_length(title) <= 1000),
  quantity int not null check (quantity > 0),
  unit_price bigint not null check (unit_price >= 0),
  status text not null default 'open' check (status in ('open', 'fulfilled', 'cancelled')),
  primary key (order_id, variant_id)
);

-- Which sellers an order concerns, from the moment it is paid.
create table orders.sale (
  seller_id uuid not null,
  order_id uuid not null references orders.order,
  primary key (seller_id, order_id)
);

-- One row for each state an order was in; no order is in a state twice.
create table orders.order_history (
  order_id uuid not null references orders.order,
  status text not null check (status in ('pending_payment', 'paid', 'fulfilled', 'failed', 'cancelled')),
  at timestamptz not null default now(),
  made_by text not null check (char_length(made_by) <= 100),
  reason text check (char_length(reason) <= 500),
  primary key (order_id, status)
);

-- One order for each key of a user. A key is forgotten after a day.
create table orders.checkout_key (
  user_id uuid not null,
  key text not null check (char_length(key) between 1 and 255),
  order_id uuid not null references orders.order deferrable initially deferred,
  -- A hash of what was asked for.
  fingerprint text not null check (char_length(fingerprint) <= 64),
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);

create index checkout_key_by_age on orders.checkout_key (created_at);

create table orders.outbox (
  id uuid primary key,
  type text not null,
  version int not null,
  subject text not null,
  data jsonb not null,
  mandatory boolean not null,
  traceparent text,
  occurred_at timestamptz not null default now(),
  attempts int not null default 0,
  claimed_until timestamptz,
  sent_at timestamptz,
  last_error text
);

create index outbox_unsent on orders.outbox (id) where sent_at is null;

create table orders.inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
