import { type SQL, sql } from 'drizzle-orm'

/**
 * The id below which all are that were minted before a time: ids are UUIDv7. It finds what is old by the primary key, which
 * an index on a time of its own would do for a write more with every row.
 */
export const idsBefore = (time: SQL): SQL =>
  sql`rpad(lpad(to_hex(floor(extract(epoch from ${time}) * 1000)::bigint), 12, '0'), 32, '0')::uuid`
