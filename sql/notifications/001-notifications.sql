-- Mails to people about events, each written down before it is sent.
create table notifications.notification (
  id uuid primary key,
  event_id uuid not null,
  type text not null check (type in
    ('welcome', 'password_reset', 'order_placed', 'order_cancelled', 'refund_done', 'refund_failed')),
  recipient_id uuid not null,
  recipient text not null check (length(recipient) <= 254),
  recipient_name text not null check (length(recipient_name) <= 500),
  -- What the template is filled with. Never a secret: tokens are minted when the mail goes out.
  content jsonb not null,
  message_id text not null check (length(message_id) <= 500),
  status text not null default 'pending' check (status in ('pending', 'sent', 'failed')),
  attempts int not null default 0,
  -- When the next try is due. While a try is under way it is the time by which that try counts as lost.
  next_attempt_at timestamptz default now(),
  last_error text check (length(last_error) <= 500),
  created_at timestamptz not null default now(),
  -- Since when it is being tried: a mail that is sent again gets the same patience once more.
  patience_from timestamptz not null default now(),
  sent_at timestamptz,
  -- One mail for each event and person.
  unique (event_id, recipient_id),
  check ((next_attempt_at is not null) = (status = 'pending'))
);

create index notification_due on notifications.notification (next_attempt_at) where status = 'pending';
create index notification_by_status on notifications.notification (status, id desc);

create table notifications.inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
