-- The schema of one domain, `set plinth.domain = 'orders'`, and its role, which owns nothing, cannot log in, and reads and
-- writes the rows of that schema only. Who may not create roles goes without: everything then runs as the user that
-- connects. Running it again is safe.

do $$
declare
  domain text := current_setting('plinth.domain');
  role text := 'plinth_' || domain;
begin
  execute format('create schema if not exists %I', domain);

  if not exists (select from pg_roles where rolname = role) then
    begin
      execute format('create role %I nologin', role);
    exception
      -- Roles belong to the whole server: another database may be set up at this moment.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise warning 'role % was not created: % may not create roles', role, current_user;
        return;
    end;
  end if;

  if not pg_has_role(current_user, role, 'member') then
    begin
      execute format('grant %I to current_user', role);
    exception
      when insufficient_privilege or unique_violation then
        raise warning 'role % was not granted to %', role, current_user;
    end;
  end if;

  execute format('grant usage on schema %I to %I', domain, role);
  execute format('grant select, insert, update, delete on all tables in schema %I to %I', domain, role);
  -- Audits are added to and read; they are forgotten by a function of their owner's.
  if to_regprocedure(format('%I.forget_audit(timestamptz, int)', domain)) is not null then
    execute format('revoke update, delete on %I.audit from %I', domain, role);
    execute format('grant execute on function %I.forget_audit to %I', domain, role);
  end if;
  execute format('grant usage, select on all sequences in schema %I to %I', domain, role);
  execute format(
    'alter default privileges in schema %I grant select, insert, update, delete on tables to %I', domain, role);
  execute format(
    'alter default privileges in schema %I grant usage, select on sequences to %I', domain, role);
end
$$;
