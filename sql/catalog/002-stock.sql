-- Who holds stock, who got it, and every change of what is on hand.

-- A UUIDv7 (RFC 9562), for rows whose number only the statement that writes them knows.
create function catalog.new_id() returns uuid language sql volatile parallel safe
return encode(
  set_bit(set_bit(
    overlay(
      uuid_send(gen_random_uuid())
      placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
      from 1 for 6
    ), 52, 1), 53, 1),
  'hex')::uuid;

-- One row for each order that ever asked for stock:
--   open      it holds stock until expires_at, or until a job finds that this has passed
--   sold      the stock has left the shelf
--   expired   the hold ran out; a sale may take the stock anew
--   released  it was given back, or never will be taken: final
create table catalog.reservation (
  order_id uuid primary key,
  status text not null check (status in ('open', 'sold', 'expired', 'released')),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  settled_at timestamptz
);

create index reservation_due on catalog.reservation (expires_at) where status = 'open';

-- What was reserved, under the name and at the price it had: the answer to the same question asked again.
create table catalog.reservation_line (
  order_id uuid not null references catalog.reservation,
  position int not null,
  variant_id uuid not null references catalog.variant,
  product_id uuid not null,
  seller_id uuid not null,
  sku text not null,
  title text not null,
  quantity int not null check (quantity > 0),
  unit_price bigint not null check (unit_price >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (order_id, position)
);

create index reservation_line_variant on catalog.reservation_line (variant_id);

-- The ledger. Rows are only ever added; for each variant they add up to what is on hand.
create table catalog.stock_movement (
  id uuid primary key default catalog.new_id(),
  -- Given out while the variant's row is locked: the order in which things happened to that variant.
  seq bigint not null generated always as identity,
  variant_id uuid not null references catalog.variant,
  kind text not null check (kind in ('initial', 'adjustment', 'sale', 'restock')),
  delta int not null,
  reason text check (char_length(reason) <= 500),
  order_id uuid,
  on_hand int not null check (on_hand >= 0),
  at timestamptz not null default clock_timestamp(),
  made_by text check (char_length(made_by) <= 100),
  check (case kind
    when 'initial' then delta >= 0
    when 'adjustment' then delta <> 0
    when 'sale' then delta < 0
    else delta > 0
  end),
  check ((kind in ('sale', 'restock')) = (order_id is not null))
);

create index stock_movement_variant on catalog.stock_movement (variant_id, seq desc);
-- An order takes from a variant once, and gives back once.
create unique index stock_movement_once on catalog.stock_movement (order_id, variant_id, kind) where order_id is not null;

-- Which adjustments were made under a caller's own key: the same caller and key adjust once. Kept for a day.
create table catalog.adjustment_key (
  made_by text not null check (char_length(made_by) <= 100),
  key text not null check (char_length(key) <= 255),
  created_at timestamptz not null default clock_timestamp(),
  primary key (made_by, key)
);

create index adjustment_key_age on catalog.adjustment_key (created_at);
