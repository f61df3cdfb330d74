import { type Client, type Implementation, implement, pageFrom } from '@plinth/kernel'
import { type AuditContract, auditContract } from './contract.ts'
import { auditCursors } from './trail.ts'

/** Where entries are: a domain's own trail, or the audit of a domain that runs elsewhere, by `remote`. */
export type AuditSource = Client<AuditContract, 'listEntries'>

/** The trails of several domains, read as one. */
export const createAudit = (sources: readonly AuditSource[]): Implementation<AuditContract> =>
  implement(auditContract, {
    listEntries: async (context, input) => {
      const { limit, cursor: _, ...filters } = input
      const pages = await Promise.all(sources.map(source => source.listEntries(context, input)))
      const entries = pages.flatMap(({ data }) => data).toSorted((a, b) => (a.id < b.id ? 1 : -1))
      const page = pageFrom(
        entries,
        limit,
        entry => entry,
        ({ id }) => auditCursors.write(id, filters),
      )
      // A trail that filled its page has more, also where the others have nothing.
      const [last] = page.data.slice(-1)
      const more = pages.some(({ nextCursor }) => nextCursor !== null)
      return more && last !== undefined ? { ...page, nextCursor: auditCursors.write(last.id, filters) } : page
    },
  })
