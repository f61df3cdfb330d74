-- What carries events between the domains: PostgreSQL as the broker, where there is no RabbitMQ, and the
-- dead letters of either. A namespace keeps several shops, or several tests, apart.

-- Which queues take which events. Bindings are only ever added.
create table messaging.binding (
  namespace text not null,
  event_type text not null,
  queue text not null,
  primary key (namespace, event_type, queue)
);

-- One row for each queue that an event still has to be handled from; gone once it is.
create table messaging.delivery (
  -- Statements on rows in hand name them by this alone: the planner, which never has fresh statistics on a
  -- queue, then has no other index to choose.
  id bigint generated always as identity primary key,
  namespace text not null,
  queue text not null,
  event_id uuid not null,
  -- the CloudEvents envelope; a JSON string for what was not JSON
  message jsonb not null,
  -- attempts that failed, and attempts put off because something else was away
  failures int not null default 0,
  postponements int not null default 0,
  -- how often it was handed out since the last verdict: a consumer that dies gives none
  handed_out int not null default 0,
  -- not before then
  available_at timestamptz not null default now(),
  -- a consumer has it until then, or longer if it says so in time
  leased_until timestamptz,
  unique (event_id, queue, namespace)
)
-- Handing out changes no indexed column: leave room to do it in place, and clean up early.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index delivery_available on messaging.delivery (namespace, queue, available_at);

-- What no consumer could handle.
create table messaging.dead_letter (
  -- UUIDv7: the order in which they died
  id uuid primary key,
  namespace text not null,
  queue text not null,
  -- null where the message was not an event
  event_id uuid,
  event_type text,
  event jsonb not null,
  error text not null,
  attempts int not null check (attempts > 0),
  dead_at timestamptz not null default now(),
  -- when somebody asked for another try, and when the broker had it
  replayed_at timestamptz,
  handed_over_at timestamptz,
  check (handed_over_at is null or replayed_at is not null)
);

-- A broker may hand the same death over twice; it is one letter.
create unique index dead_letter_open on messaging.dead_letter (namespace, queue, event_id)
  where replayed_at is null;
create index dead_letter_by_queue on messaging.dead_letter (namespace, queue, id);
create index dead_letter_to_hand_over on messaging.dead_letter (namespace, replayed_at)
  where replayed_at is not null and handed_over_at is null;
