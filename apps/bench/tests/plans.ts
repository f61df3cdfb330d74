import { contextOf } from '@plinth/kernel'
import { connectPostgres, createDatabase } from '@plinth/postgres'
import { createLogger } from '@plinth/telemetry'
import type { TappedStatement } from '@plinth/testing'
import { sql as statement } from 'drizzle-orm'
import type { Sql } from 'postgres'
import { z } from 'zod'

/** What the shop's own sessions tell the planner, as statements for another session. */
export const plannerSettingsOf = async (url: string): Promise<string> => {
  await using pool = connectPostgres({
    url,
    max: 1,
    logger: createLogger({ level: 'fatal', service: 'plans' }),
  })
  const settings = await createDatabase({ pool, schema: 'public' })
    .on(contextOf())
    .execute<{ name: string; setting: string }>(statement`
    select name, setting from pg_settings where source = 'client' and category like 'Query Tuning%'`)
  return settings.map(({ name, setting }) => `set ${name} = ${setting};`).join(' ')
}

/** What of a plan in JSON is looked at. */
interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string | undefined
  readonly Schema?: string | undefined
  readonly 'Index Name'?: string | undefined
  readonly 'Index Cond'?: string | undefined
  readonly 'Total Cost': number
  readonly 'Actual Rows'?: number | undefined
  readonly 'Actual Loops'?: number | undefined
  readonly 'Rows Removed by Filter'?: number | undefined
  readonly 'Rows Removed by Index Recheck'?: number | undefined
  readonly Plans?: readonly Node[] | undefined
}

const count = z.number().optional()
const node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Schema: z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  'Total Cost': z.number(),
  'Actual Rows': count,
  'Actual Loops': count,
  'Rows Removed by Filter': count,
  'Rows Removed by Index Recheck': count,
  get Plans() {
    return z.array(node).optional()
  },
})
const explained = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: node })]) })])

/** How PostgreSQL goes about a statement. */
export interface Looked {
  /** The tables that it reads from one end to the other; `schema.table`. */
  readonly whole: readonly string[]
  /** How many rows it has read of each table, and of no index alone; nothing for statements that write. */
  readonly rows: ReadonlyMap<string, number>
}

/**
 * Has PostgreSQL plan a statement for its values and, where it stays prepared, once for all; the latter counts where
 * PostgreSQL would settle on it: where it takes it for no dearer. What only reads is done, too.
 */
export const lookAt = async (sql: Sql, settings: string, statement: TappedStatement): Promise<Looked> => {
  const rows = new Map<string, number>()
  const { text, kept } = statement
  if (!isPlanned(statement)) return { whole: [], rows }
  await using session = await prepared(sql, settings, statement)
  const readsOnly = !/\b(insert|update|delete|for (no key )?update|for share|advisory)\b/i.test(text)
  const custom = await session.explain('custom', readsOnly ? 'analyze, timing off,' : '')
  const generic = await session.explain('generic')
  const settles = kept && generic['Total Cost'] <= custom['Total Cost'] + planningCost
  for (const each of nodesOf(custom)) {
    if (each['Relation Name'] === undefined) continue
    const removed = (each['Rows Removed by Filter'] ?? 0) + (each['Rows Removed by Index Recheck'] ?? 0)
    const read = ((each['Actual Rows'] ?? 0) + removed) * (each['Actual Loops'] ?? 0)
    rows.set(tableOf(each), (rows.get(tableOf(each)) ?? 0) + read)
  }
  const whole = [custom, ...(settles ? [generic] : [])]
    .flatMap(nodesOf)
    .filter(each => each['Node Type'] === 'Seq Scan')
    .map(tableOf)
  return { whole: [...new Set(whole)], rows }
}

/**
 * The tables that PostgreSQL would read from one end to the other, or by an index from one end to the other, had it
 * settled on a plan while they were empty: a session keeps that while they grow, until they are analyzed. A few rows that
 * are wanted in an index's order, and a part of a table that has an index of its own, are no such thing.
 */
export const wholeWhenKept = async (
  empty: Sql,
  settings: string,
  statement: TappedStatement,
): Promise<readonly string[]> => {
  if (!isPlanned(statement) || !statement.kept) return []
  const partial = await empty<{ name: string }[]>`
    select relname as name from pg_index join pg_class on pg_class.oid = indexrelid where indpred is not null`
  const ofParts = new Set(partial.map(({ name }) => name))
  await using session = await prepared(empty, settings, statement)
  const whole: string[] = []
  const visit = (plan: Node, few: boolean): void => {
    const scans = scansOfAll.has(plan['Node Type']) && plan['Index Cond'] === undefined
    if (scans && !few && !ofParts.has(plan['Index Name'] ?? '')) whole.push(tableOf(plan))
    const fewBelow = plan['Node Type'] === 'Limit' || (few && !readsAllBelow.has(plan['Node Type']))
    for (const below of plan.Plans ?? []) visit(below, fewBelow)
  }
  visit(await session.explain('generic'), false)
  return whole
}

const scansOfAll = new Set(['Seq Scan', 'Index Scan', 'Index Only Scan'])
const readsAllBelow = new Set(['Hash', 'Sort', 'Materialize', 'Aggregate'])

const isPlanned = ({ text }: TappedStatement) => /^\s*(with|select|insert|update|delete)\b/i.test(text)

/** A statement in a session with the settings of {@link plannerSettingsOf}. */
const prepared = async (sql: Sql, settings: string, { text, values, types }: TappedStatement) => {
  const connection = await sql.reserve()
  const names = await connection<{ name: string }[]>`
    select case oid when 0 then 'unknown' else format_type(oid, null) end as name
      from unnest(${types.map(String)}::text[]::oid[]) with ordinality _(oid, n) order by n`
  const given = values.map(value => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`))
  const list = (parts: readonly string[]) => (parts.length > 0 ? `(${parts.join(', ')})` : '')
  await connection.unsafe(`${settings} prepare looked_at ${list(names.map(({ name }) => name))} as ${text}`)
  return {
    explain: async (mode: 'custom' | 'generic', how = ''): Promise<Node> => {
      await connection.unsafe(`set plan_cache_mode = force_${mode}_plan`)
      const plan = await connection.unsafe(
        `explain (verbose, ${how} format json) execute looked_at ${list(given)}`,
      )
      return explained.parse([...plan])[0]['QUERY PLAN'][0].Plan
    },
    [Symbol.asyncDispose]: async () => {
      await connection.unsafe('deallocate all; reset plan_cache_mode')
      connection.release()
    },
  }
}

/** What PostgreSQL adds for the work of planning, about (`cached_plan_cost` in its plancache.c). */
const planningCost = 25

const nodesOf = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

const tableOf = (plan: Node) => `${plan.Schema}.${plan['Relation Name']}`
