-- What each user has made.
create table shipments.shipment (
  id uuid primary key,
  user_id uuid not null,
  title text not null check (length(title) <= 200),
  created_at timestamptz not null default now()
);

-- Lists are newest first, and ids are in the order of time.
create index shipment_by_user on shipments.shipment (user_id, id desc);
