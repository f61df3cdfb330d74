import type { Ids } from '../given-history.ts'

/** Something that must never be, and the invariant that it violates; no other. */
export interface Planted {
  readonly violates: string
  readonly what: string
  readonly sql: (ids: Ids) => string
}

/** Lifts what PostgreSQL itself would refuse: a constraint that is lost is a way to a violation, too. */
export const without = (table: string, kind: 'c' | 'p' | 'u') => `
  do $$ declare name text; begin
    for name in select conname from pg_constraint where conrelid = '${table}'::regclass and contype = '${kind}'
    loop execute format('alter table ${table} drop constraint %I', name); end loop;
  end $$;`

/** Young enough never to be overdue. */
export const later = `now() + interval '1 hour'`
/** Long enough ago to be overdue. */
export const earlier = `now() - interval '1 hour'`
