-- The sandbox provider's own books. It is a stranger that happens to live here: nothing else reads or
-- writes these tables, and it never takes part in a transaction of the shop.
create table payments.sandbox_payment (
  -- The provider's idempotency key for a capture.
  payment_id uuid primary key,
  order_id uuid not null,
  token text not null,
  amount bigint not null,
  currency text not null,
  state text not null check (state in ('captured', 'declined', 'void')),
  reason text,
  refunded bigint not null default 0,
  check (refunded between 0 and amount)
);

create table payments.sandbox_refund (
  -- The provider's idempotency key for a refund.
  refund_id uuid primary key,
  payment_id uuid not null references payments.sandbox_payment,
  tries int not null default 0,
  succeeded boolean not null default false
);

create table payments.sandbox_journal (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  operation text not null check (operation in ('capture', 'refund')),
  order_id uuid not null,
  payment_id uuid not null,
  refund_id uuid,
  idempotency_key text not null unique,
  amount bigint not null,
  currency text not null
);

create index sandbox_journal_by_order on payments.sandbox_journal (order_id);

create table payments.sandbox_setting (
  singleton boolean primary key default true check (singleton),
  refunds text not null default 'down' check (refunds in ('up', 'down'))
);

insert into payments.sandbox_setting default values;
