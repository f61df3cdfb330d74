-- What is older than the shop keeps its audit is forgotten, a batch at a time, and in no other way: the role may add to the
-- audit and read it, and this function, which is its owner's, takes nothing that is younger than thirty days.
create function payments.forget_audit(before timestamptz, at_most int) returns int
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone int;
begin
  if (before > now() - interval '30 days') is not false then
    raise exception 'the audit of the last thirty days is kept' using errcode = 'insufficient_privilege';
  end if;
  perform set_config('plinth.forgets_audit', 'payments', true);
  -- Ids are UUIDv7: those of the time before come first, and where they end the search does.
  delete from payments.audit where id in (
    select id from payments.audit
     where id < rpad(lpad(to_hex(floor(extract(epoch from before) * 1000)::bigint), 12, '0'), 32, '0')::uuid and at < before
     order by id limit at_most for update skip locked);
  get diagnostics gone = row_count;
  perform set_config('plinth.forgets_audit', '', true);
  return gone;
end
$$;

create or replace function payments.refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('plinth.forgets_audit', true) = 'payments' then
    return null;
  end if;
  raise exception 'the audit is append-only' using errcode = 'insufficient_privilege';
end
$$;

revoke execute on function payments.forget_audit from public;

do $$
begin
  if exists (select from pg_roles where rolname = 'plinth_payments') then
    revoke update, delete on payments.audit from plinth_payments;
    grant execute on function payments.forget_audit to plinth_payments;
  end if;
end
$$;
