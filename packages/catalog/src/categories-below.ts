import type { Id } from '@plinth/kernel'
import type { Queries } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

/** A category and all below it. Lists name them one by one: how much is in each is what their plans depend on. */
export const categoriesBelow = async (
  queries: Queries,
  categoryId: Id<'Category'>,
): Promise<Id<'Category'>[]> => {
  const rows = await queries.execute<{ id: Id<'Category'> }>(sql`
    with recursive below as (
      select ${categoryId}::uuid as id
       union
      select c.id from below join catalog.category c on c.parent_id = below.id
    )
    select id from below`)
  return rows.map(({ id }) => id)
}
