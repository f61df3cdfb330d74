-- The table that says which migrations were applied. Running it again is safe.

create schema if not exists plinth;

create table if not exists plinth.migration (
  domain text not null,
  -- the file's name
  name text not null,
  -- SHA-256 of the file, in hex; null where psql has applied it
  checksum text,
  applied_at timestamptz not null default now(),
  primary key (domain, name)
);

-- A domain that runs by itself, as its own role, sees whether its schema is up to date.
grant usage on schema plinth to public;
grant select on plinth.migration to public;
