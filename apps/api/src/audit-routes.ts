import { type AuditContract, auditContract, auditEntry, auditFilters } from '@plinth/audit'
import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/** Who did what: for admins to see. */
export const auditRoutes = (app: FastifyInstance, operations: Implementation<AuditContract>): void =>
  route(app, {
    method: 'GET',
    path: '/v1/admin/audit',
    id: 'listAuditEntries',
    tag: 'Operations',
    operation: auditContract.operations.listEntries,
    query: z.strictObject({ ...pageQuery, ...auditFilters }),
    responses: { 200: pageOf(auditEntry) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listEntries(context, query),
    }),
  })
