import { type SQL, sql } from 'drizzle-orm'

/**
 * A condition that is always true, for a statement that is a transaction by itself: its commit does not wait for the disk
 * (PostgreSQL manual, section 30.4). Should the server crash in the next moments, the statement may be as if it had never
 * been, though whatever comes after it is there only with it. For what is done again then, and does no harm: a claim,
 * or a note that something may be forgotten.
 */
export const withoutDisk: SQL = sql`set_config('synchronous_commit', 'off', true) = 'off'`
