import type { Loader } from './loader.ts'

const schemas = ['users', 'catalog', 'cart', 'orders', 'payments', 'notifications', 'messaging', 'gateway']

/** Takes away the indexes that no constraint needs, and gives back how they are made: built over full tables they take a third of the time. */
export const takeIndexes = async ({ sql }: Loader): Promise<string[]> => {
  const indexes = await sql<{ name: string; definition: string }[]>`
    select format('%I.%I', schemaname, indexname) as name, indexdef as definition
      from pg_indexes
     where schemaname = any(${schemas}::text[])
       and not exists (select from pg_constraint where conindid = format('%I.%I', schemaname, indexname)::regclass)
     order by 1`
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`)
  return indexes.map(({ definition }) => definition)
}

/** Makes them again, and has the planner look at everything. */
export const finish = async (loader: Loader, definitions: readonly string[]): Promise<void> => {
  await loader.pieces('indexes', definitions, (definition, sql) => sql.unsafe(definition))
  await loader.step('own tables', sql => sql.unsafe('drop schema bench_data cascade'))
  const tables = await loader.sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any(${schemas}::text[])
     order by pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass) desc`
  await loader.pieces('statistics', tables, ({ name }, sql) =>
    sql.unsafe(`vacuum (analyze, parallel 0) ${name}`),
  )
}
