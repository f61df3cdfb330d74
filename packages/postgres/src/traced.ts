import type { TxContext } from '@plinth/kernel'
import { childTraceparent } from '@plinth/telemetry'
import type { Pool } from './pool.ts'
import type { Run } from './queries.ts'

/** Records each statement of a context that is part of a trace, where the pool records any: its first word and the schema. */
export const tracedRun = (pool: Pool, schema: string, { traceparent: parent }: TxContext, run: Run): Run => {
  if (pool.spans === undefined || parent === undefined) return run
  return (text, params, form) => {
    const verb = /\w+/.exec(text)?.[0].toLowerCase() ?? ''
    return recorded(pool, schema, `${verb} ${schema}`, { parent, work: () => run(text, params, form) })
  }
}

/** Records a whole transaction, from the wait for a connection to its commit; what is in it is part of it. */
export const tracedTransaction = <T>(
  pool: Pool,
  schema: string,
  context: TxContext,
  transaction: (context: TxContext) => Promise<T>,
): Promise<T> => {
  const { traceparent: parent, tx } = context
  if (pool.spans === undefined || parent === undefined || tx !== undefined) return transaction(context)
  return recorded(pool, schema, `transaction ${schema}`, {
    parent,
    work: traceparent => transaction({ ...context, traceparent }),
  })
}

const recorded = async <T>(
  { spans }: Pool,
  schema: string,
  name: string,
  { parent, work }: { readonly parent: string; readonly work: (traceparent: string) => Promise<T> },
): Promise<T> => {
  const traceparent = childTraceparent(parent)
  const begun = performance.now()
  let failed = true
  try {
    const result = await work(traceparent)
    failed = false
    return result
  } finally {
    const attributes = { 'db.system.name': 'postgresql', 'db.namespace': schema }
    const ms = performance.now() - begun
    spans?.record({ name, kind: 'client', traceparent, parent, ms, failed, attributes })
  }
}
