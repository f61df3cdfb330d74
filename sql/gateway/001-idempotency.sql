-- The answers to requests that came with an Idempotency-Key, by who asked for what.
create table gateway.idempotency_key (
  -- The user, or the address of somebody without one.
  scope text not null,
  operation text not null,
  key text not null check (length(key) between 1 and 255),
  -- SHA-256 of the request: the same key with another request is a mistake.
  fingerprint bytea not null,
  -- Whoever runs the request holds the key until then; a dead holder loses it.
  locked_until timestamptz,
  -- The answer, once there is one. A 202 has no body: it is answered anew each time, as things stand then.
  status int,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  primary key (scope, operation, key)
);

create index idempotency_key_age on gateway.idempotency_key (created_at);
