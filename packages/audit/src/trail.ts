import { type Client, cursorsFor, type Id, newId, pageFrom, type TxContext } from '@plinth/kernel'
import type { Database, Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { type AuditContract, type AuditEntry, auditEntryId } from './contract.ts'
import { forgetEntries } from './forget-entries.ts'

/** What somebody did. Who, when and from where come from the context. */
export interface AuditRecord {
  /** `domain.what-was-done` */
  readonly action: string
  readonly subject?: { readonly kind: string; readonly id: string }
  /** What changed, as JSON can say it: short, no secrets, no people's names or addresses. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** The audit of one domain, in a table of its own schema. */
export interface AuditTrail extends Client<AuditContract, 'listEntries'> {
  /** Writes down what was done, in the transaction of the context: exactly what is committed was done. */
  readonly append: (context: TxContext, record: AuditRecord) => Promise<void>
  /** The job that forgets entries after so many days, 30 at least. Without it they are kept for ever. */
  readonly forgetAfter: (days: number) => Job
}

/** Positions in any trail: the same in all of them, so that they can be read as one. */
export const auditCursors = cursorsFor('audit', auditEntryId)

/** The trail in `<schema>.audit`. */
export const createAuditTrail = (database: Database): AuditTrail => {
  const table = sql.raw(`${database.schema}.audit`)
  return {
    append: async (context, { action, subject, details = {} }) => {
      const { kind, id } = actorOf(context)
      await database.on(context).execute(sql`
        insert into ${table} (id, actor_kind, actor, action, subject_kind, subject, address, request_id, details)
        values (${newId<'AuditEntry'>()}, ${kind}, ${id}, ${action}, ${subject?.kind ?? null}, ${subject?.id ?? null},
                ${context.address?.slice(0, 100) ?? null}, ${context.requestId?.slice(0, 200) ?? null},
                ${JSON.stringify(details)}::jsonb)`)
    },
    forgetAfter: days => forgetEntries(database, days),
    listEntries: async (context, { limit, cursor, ...filters }) => {
      const before = auditCursors.read(cursor, filters)
      const rows = await database.on(context).execute<EntryRow>(sql`
        select * from ${table}
         where true
               ${filters.actor === undefined ? sql`` : sql`and actor = ${filters.actor}`}
               ${filters.action === undefined ? sql`` : sql`and action = ${filters.action}`}
               ${filters.subject === undefined ? sql`` : sql`and subject = ${filters.subject}`}
               ${before === undefined ? sql`` : sql`and id < ${before}`}
         order by id desc
         limit ${limit + 1}`)
      return pageFrom(rows, limit, entryOf, row => auditCursors.write(row.id, filters))
    },
  }
}

const actorOf = ({ actor }: TxContext): { kind: AuditEntry['actor']['kind']; id: string | null } => {
  switch (actor.kind) {
    case 'user':
      return { kind: 'user', id: actor.id }
    case 'service':
      return { kind: 'service', id: actor.name }
    case 'anonymous':
      return { kind: 'anonymous', id: null }
  }
}

const entryOf = (row: EntryRow): AuditEntry => ({
  id: row.id,
  at: row.at.toISOString(),
  actor: { kind: row.actor_kind, id: row.actor },
  action: row.action,
  subject:
    row.subject_kind === null || row.subject === null ? null : { kind: row.subject_kind, id: row.subject },
  address: row.address,
  requestId: row.request_id,
  details: row.details,
})

type EntryRow = {
  readonly id: Id<'AuditEntry'>
  readonly at: Date
  readonly actor_kind: AuditEntry['actor']['kind']
  readonly actor: string | null
  readonly action: string
  readonly subject_kind: string | null
  readonly subject: string | null
  readonly address: string | null
  readonly request_id: string | null
  readonly details: Record<string, unknown>
}
