-- A user's cart: quantities, not stock. Prices and availability are the catalog's to tell.
create table cart.cart (
  id uuid primary key,
  user_id uuid not null unique,
  updated_at timestamptz not null default now()
);

create table cart.cart_line (
  cart_id uuid not null references cart.cart on delete cascade,
  variant_id uuid not null,
  quantity int not null check (quantity between 1 and 999),
  -- Lines are shown in the order in which they were first added.
  position bigint generated always as identity,
  primary key (cart_id, variant_id)
);

-- What an order took out of a cart, so that it can be put back, once.
create table cart.checkout (
  order_id uuid primary key,
  -- Null where a return overtook its order: the order then takes nothing any more.
  user_id uuid,
  -- [{ "variantId": ..., "quantity": ... }], in the order of the cart
  lines jsonb not null,
  taken_at timestamptz not null default now(),
  returned_at timestamptz
);

create index checkout_taken on cart.checkout (taken_at);
