-- Roles that the shop defined beside those that are built in.
create table users.role (
  name text primary key
    check (name ~ '^[a-z][a-z0-9_-]{0,49}$' and name not in ('user', 'seller', 'admin')),
  description text not null check (length(description) <= 200),
  -- Names of permissions that contracts declare; one that is declared no longer grants nothing.
  permissions text[] not null check (cardinality(permissions) <= 200),
  changed_at timestamptz not null default now()
);

-- Who has a role: asked before a role is deleted, and when accounts are listed by role.
create index account_roles on users.account using gin (roles);
