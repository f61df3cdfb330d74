-- Who asked for a new password, whether there is such an account or not. What becomes of it is found out after the
-- answer, so that the time which that takes tells nobody whether there is one.
create table users.reset_request (
  id uuid primary key,
  email_key text not null check (length(email_key) <= 1000),
  traceparent text check (length(traceparent) <= 100),
  asked_at timestamptz not null default now()
);
