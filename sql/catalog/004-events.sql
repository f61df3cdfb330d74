-- Events on their way out, and events already handled.

create table catalog.outbox (
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

create index outbox_unsent on catalog.outbox (id) where sent_at is null;

create table catalog.inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
