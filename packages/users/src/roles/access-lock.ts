import type { InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { UsersDeps } from '../deps.ts'

/**
 * Holds until the transaction ends: what is counted stays as it is. Whoever takes away an admin waits for whoever
 * else does, and whoever deletes a role for whoever gives it.
 */
export const lockAccess = async ({ database }: UsersDeps, context: InTx): Promise<void> => {
  await database.on(context).execute(sql`select pg_advisory_xact_lock(${changingAccess})`)
}

/** One number for "who may do what is being changed". */
const changingAccess = 7_301_001
