-- Who may come in, and as what.
create table users.account (
  id uuid primary key,
  -- As the user wrote it.
  email text not null check (length(email) <= 254),
  -- As it is compared: one account for all spellings in upper and lower case.
  email_key text not null unique check (email_key = lower(email_key)),
  name text not null check (length(name) <= 800),
  -- argon2id in PHC string format
  password_hash text not null,
  roles text[] not null default '{user}',
  status text not null default 'active' check (status in ('active', 'suspended')),
  email_verified boolean not null default false,
  created_at timestamptz not null default now(),
  -- When roles or status last changed: access tokens issued before do not know of it.
  access_changed_at timestamptz
);

create index account_admins on users.account (id) where 'admin' = any (roles);
create index account_access_changed on users.account (access_changed_at) where access_changed_at is not null;

-- One sign-in and all that descends from it: the family of its refresh tokens.
create table users.session (
  id uuid primary key,
  user_id uuid not null references users.account on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz
);

create index session_open on users.session (user_id) where ended_at is null;
create index session_ended on users.session (ended_at) where ended_at is not null;
create index session_expiry on users.session (expires_at);

-- Refresh tokens by their SHA-256: what is stolen from here opens nothing.
create table users.refresh_token (
  hash bytea primary key,
  session_id uuid not null references users.session on delete cascade,
  issued_at timestamptz not null default now(),
  spent_at timestamptz
);

create index refresh_token_session on users.refresh_token (session_id);

-- One-time tokens that went out by mail, by their SHA-256.
create table users.mail_token (
  hash bytea primary key,
  user_id uuid not null references users.account on delete cascade,
  purpose text not null check (purpose in ('verify_email', 'reset_password')),
  expires_at timestamptz not null
);

create index mail_token_user on users.mail_token (user_id, purpose);
create index mail_token_expiry on users.mail_token (expires_at);

create table users.outbox (
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

create index outbox_unsent on users.outbox (id) where sent_at is null;

create table users.inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
