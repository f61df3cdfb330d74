-- What its user tells a session by, among others.
alter table users.session
  add column address text check (length(address) <= 100),
  add column device text check (length(device) <= 200),
  add column last_used_at timestamptz not null default now();

-- A refresh whose answer was lost: the same token with the same key gets the same successor once more. It is derived
-- from the token, the key and the salt, of which only the salt is kept.
alter table users.refresh_token
  add column spent_with bytea,
  add column successor_salt bytea;
