-- What is offered: products in one or more variants, filed in a tree of categories.

create table catalog.category (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 200),
  slug text not null unique check (char_length(slug) between 1 and 100),
  parent_id uuid references catalog.category,
  created_at timestamptz not null default now(),
  check (parent_id <> id)
);

create index category_parent on catalog.category (parent_id);

create table catalog.product (
  id uuid primary key,
  seller_id uuid not null,
  title text not null check (char_length(title) between 1 and 200),
  slug text not null unique check (char_length(slug) between 1 and 100),
  description text not null check (char_length(description) <= 20000),
  status text not null check (status in ('draft', 'published', 'archived')),
  -- Kept by the statement that changes a variant, so that lists can be sorted by an index; of the active
  -- variants, null where there is none.
  min_price bigint check (min_price >= 0),
  max_price bigint check (max_price >= min_price),
  -- What full-text search looks at; kept by the same statement.
  search tsvector not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((min_price is null) = (max_price is null))
);

-- One index for each order that a list comes in. Ids are UUIDv7, so the newest is the greatest. A product
-- that nobody can buy comes last, however prices are sorted.
create index product_newest on catalog.product (id desc) where status = 'published';
create index product_price_asc on catalog.product (coalesce(min_price, 10000000001), id) where status = 'published';
create index product_price_desc on catalog.product (coalesce(min_price, -1) desc, id desc) where status = 'published';
create index product_seller on catalog.product (seller_id, id desc);

create table catalog.product_category (
  product_id uuid not null references catalog.product on delete cascade,
  category_id uuid not null references catalog.category,
  -- Categories are shown in the order in which the seller named them.
  position int not null,
  primary key (product_id, category_id)
);

create index product_category_category on catalog.product_category (category_id, product_id desc);

create table catalog.variant (
  id uuid primary key,
  product_id uuid not null references catalog.product,
  sku text not null check (char_length(sku) between 1 and 100),
  title text not null default '' check (char_length(title) <= 200),
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  price bigint not null check (price between 0 and 10000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  active boolean not null default true,
  -- What lies on the shelf, and how much of it open reservations hold. What can be bought is the difference.
  on_hand int not null check (on_hand between 0 and 2000000000),
  reserved int not null default 0 check (reserved >= 0),
  created_at timestamptz not null default now(),
  constraint variant_sku_unique unique (sku),
  constraint variant_not_oversold check (reserved <= on_hand)
);

create index variant_product on catalog.variant (product_id, id);
