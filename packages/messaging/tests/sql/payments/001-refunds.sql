create table payments.inbox (
  consumer text not null, event_id uuid not null, handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
create table payments.refund (order_id text not null, note text not null, refunded_at timestamptz not null default now());
