-- Who did what to what, when and from where: written in the transaction of the change, and never changed again.
create table catalog.audit (
  id uuid primary key,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'service', 'anonymous')),
  -- A user's id, or the name of a part of the shop.
  actor text check (length(actor) <= 200),
  action text not null check (action ~ '^catalog\.[a-z-]{1,50}$'),
  subject_kind text check (length(subject_kind) <= 50),
  subject text check (length(subject) <= 200),
  address text check (length(address) <= 100),
  request_id text check (length(request_id) <= 200),
  details jsonb not null default '{}'
);

create index audit_actor on catalog.audit (actor, id desc);
create index audit_action on catalog.audit (action, id desc);
create index audit_subject on catalog.audit (subject, id desc);

create function catalog.refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_is_append_only before update or delete or truncate on catalog.audit
  for each statement execute function catalog.refuse_change_of_audit();
