-- What people who bought a product say of it.
create table reviews.review (
  id uuid primary key,
  product_id uuid not null,
  user_id uuid not null,
  rating int not null check (rating between 1 and 5),
  text text not null check (length(text) <= 2000),
  created_at timestamptz not null default now(),
  unique (product_id, user_id)
);

-- Lists are newest first, and ids are in the order of time.
create index review_of_product on reviews.review (product_id, id desc);
