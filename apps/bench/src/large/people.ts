import type { Loader } from './loader.ts'
import { piecesOf, type Size } from './size.ts'

/** A tenth of the users was there from the beginning, among them all sellers. */
const early = 0.1

/** Accounts, their carts, their sessions. Nobody can sign in with a password: nobody has one. */
export const loadPeople = async (loader: Loader, { users, sellers, opened, until }: Size): Promise<void> => {
  await loader.step('people', sql =>
    sql.unsafe(
      `create unlogged table bench_data.account (n bigint primary key, id uuid not null, ms bigint not null)`,
    ),
  )
  await loader.pieces('people', piecesOf(users, 50_000), async ([from, to], sql) => {
    await sql`
      insert into bench_data.account (n, id, ms)
      select n, bench_data.id(ms, n, 1), ms
        from generate_series(${from}::bigint, ${to}::bigint) n,
             lateral (select bench_data.arrived(n, ${users}, ${early}, ${opened}, ${until}) as ms) _`
    await sql`
      insert into users.account (id, email, email_key, name, password_hash, roles, status, email_verified, created_at)
      select id, 'user' || n || '@shop.example', 'user' || n || '@shop.example', 'Customer ' || n, '-',
             case when n <= ${sellers} then '{user,seller}'::text[] else '{user}'::text[] end,
             case when n > ${sellers} and bench_data.dice(n, 2) < 0.003 then 'suspended' else 'active' end,
             bench_data.dice(n, 3) < 0.85, bench_data.at(ms)
        from bench_data.account where n between ${from} and ${to}`
    // One in five has a cart.
    await sql`
      insert into cart.cart (id, user_id, updated_at)
      select bench_data.id(ms + 1, n, 4), id, bench_data.at(ms + 1) from bench_data.account
       where n between ${from} and ${to} and n % 5 = 0`
    // Three in ten have been here within the last month: each has a session, refreshed so many times.
    await sql`
      with opened as (
        insert into users.session (id, user_id, created_at, expires_at, address, last_used_at)
        select bench_data.id(came, n, 5), id, bench_data.at(came), bench_data.at(came) + interval '30 days', '192.0.2.' || n % 250,
               bench_data.at(came)
          from bench_data.account,
               lateral (select greatest(ms, ${until} - (bench_data.dice(n, 6) * 2592000000)::bigint) as came) _
         where n between ${from} and ${to} and bench_data.dice(n, 7) < 0.3
        returning id, user_id, created_at
      ), audited as (
        insert into users.audit (id, at, actor_kind, actor, action, subject_kind, subject, address, details)
        select bench_data.id((extract(epoch from created_at) * 1000)::bigint, uuid_hash_extended(user_id, 0), 8), created_at,
               'user', user_id::text, 'users.signed-in', 'user', user_id::text, '192.0.2.1', jsonb_build_object('sessionId', id)
          from opened
      )
      insert into users.refresh_token (hash, session_id, issued_at, spent_at)
      select sha256(uuid_send(id) || int4send(turn)), id, created_at, case when turn < 4 then created_at end
        from opened, generate_series(1, 4) turn`
  })
}
