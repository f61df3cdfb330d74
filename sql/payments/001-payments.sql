-- What orders cost, what came in, what went back. The provider's truth is the provider's; this is ours.
create table payments.payment (
  id uuid primary key,
  order_id uuid not null unique,
  order_number text not null check (length(order_number) <= 40),
  user_id uuid not null,
  provider text not null check (length(provider) <= 50),
  -- What the customer pays with. Needed until the payment is settled, and gone then.
  token text check (length(token) <= 500),
  -- The provider's own name for the payment, where it gave one; kept before any money moves.
  reference text check (length(reference) <= 255),
  amount bigint not null check (amount >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'pending' check (status in ('pending', 'captured', 'declined', 'failed')),
  reason text check (length(reason) <= 500),
  -- All refunds ever asked for, those given up too, whose last answer may have been lost: never more
  -- than came in.
  committed bigint not null default 0,
  -- Refunds that are through.
  refunded bigint not null default 0,
  -- Refunds that are under way, and those that were given up.
  refunds_pending int not null default 0 check (refunds_pending >= 0),
  refunds_failed int not null default 0 check (refunds_failed >= 0),
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  check (refunded between 0 and committed),
  check (committed <= amount),
  check (committed = 0 or status = 'captured'),
  check ((settled_at is null) = (status = 'pending')),
  check (token is null or status = 'pending')
);

create table payments.refund (
  id uuid primary key,
  payment_id uuid not null references payments.payment,
  order_id uuid not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  reason text not null check (length(reason) <= 500),
  requested_by text not null check (length(requested_by) <= 100),
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  attempts int not null default 0,
  -- When the next try is due. While a try is under way it is the time by which that try counts as lost.
  next_attempt_at timestamptz,
  -- Whether a try is being made, as far as is known: cleared with its end, which a crash takes away.
  under_way boolean not null default false,
  last_error text check (length(last_error) <= 500),
  -- The caller's own key: of one order the same key from the same caller is the same refund.
  idempotency_key text check (length(idempotency_key) <= 255),
  -- The same for the latest round of tries that an admin asked for.
  retry_key text check (length(retry_key) <= 255),
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  check ((next_attempt_at is not null) = (status = 'pending'))
);

create unique index refund_once on payments.refund (order_id, requested_by, idempotency_key)
  where idempotency_key is not null;
create index refund_due on payments.refund (next_attempt_at) where status = 'pending';
create index refund_by_order on payments.refund (order_id, id desc);
create index refund_by_status on payments.refund (status, id desc);
create index refund_by_payment on payments.refund (payment_id);

-- What providers told us of their own accord, each once.
create table payments.webhook (
  provider text not null,
  message_id text not null check (length(message_id) <= 255),
  received_at timestamptz not null default now(),
  primary key (provider, message_id)
);

create index webhook_by_age on payments.webhook (received_at);

create table payments.outbox (
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

create index outbox_unsent on payments.outbox (id) where sent_at is null;

create table payments.inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
