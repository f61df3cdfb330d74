-- Checkouts under way that ask neighbours who do not join their transaction: written down before the first of them is asked,
-- and gone with the order's own commit. What stays behind came to nothing, and is undone by orders.give-up-checkouts.
create table orders.begun_checkout (
  -- Of the order that was to be.
  order_id uuid primary key,
  user_id uuid not null,
  payment_id uuid not null,
  begun_at timestamptz not null default now(),
  -- Since when it cannot go on any more.
  given_up_at timestamptz,
  next_try_at timestamptz not null default now() + interval '5 seconds'
);

create index begun_checkout_by_user on orders.begun_checkout (user_id);
create index begun_checkout_due on orders.begun_checkout (next_try_at);
