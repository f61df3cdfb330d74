import type { InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import { category } from './tables.ts'

/**
 * One change of the tree at a time, until the transaction ends: two moves that are right alone can make a cycle
 * together. Products may still be filed meanwhile.
 */
export const lockTree = async ({ database }: Pick<Parts, 'database'>, context: InTx): Promise<void> => {
  await database.on(context).execute(sql`lock table ${category} in share row exclusive mode`)
}
