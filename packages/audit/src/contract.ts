import { defineContract, idOf, operation, pageOf, pageRequest, permission, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of an entry: a UUIDv7, so that entries sort by when they were made. */
export const auditEntryId = idOf('AuditEntry')

/** What was done, `domain.what-was-done`. */
export const auditAction = z
  .string()
  .regex(/^[a-z]{1,50}\.[a-z-]{1,50}$/, 'An action is named as in orders.cancelled.')
  .meta({ examples: ['users.roles-changed'] })

/** Who did it: a user by id, a part of the shop by name, or nobody who was signed in. */
export const auditActor = z.strictObject({
  kind: z.enum(['user', 'service', 'anonymous']),
  id: z.string().nullable().meta({ description: "A user's id, or the name of a part of the shop" }),
})

/** What it was done to: a user, a role, a variant, an order, a refund, ... */
export const auditSubject = z.strictObject({ kind: z.string(), id: z.string() })

/** One thing that somebody did. */
export const auditEntry = z
  .strictObject({
    id: auditEntryId,
    at: timestamp,
    actor: auditActor,
    action: auditAction,
    subject: auditSubject.nullable(),
    address: z.string().nullable().meta({ description: 'Where the request came from' }),
    requestId: z.string().nullable(),
    details: z
      .record(z.string(), z.unknown())
      .meta({ description: 'What changed: no secrets, no addresses' }),
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        id: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
        at: '2026-11-23T08:00:00.000Z',
        actor: { kind: 'user', id: '0199c0de-0000-7bad-8a5e-5eed00c0ffee' },
        action: 'users.roles-changed',
        subject: { kind: 'user', id: '0199c0de-0001-7bad-8a5e-5eed00c0ffee' },
        address: '192.0.2.7',
        requestId: '5f1c2a9e-1111-4111-8111-111111111111',
        details: { from: ['user'], to: ['user', 'seller'] },
      },
    ],
  })

/** See {@link auditEntry}. */
export type AuditEntry = z.infer<typeof auditEntry>

/** Which entries are wanted: all that is given must fit. */
export const auditFilters = {
  actor: z.string().max(200).optional().meta({ description: 'A user by id, or a part of the shop by name' }),
  action: auditAction.optional(),
  subject: z.string().max(200).optional().meta({ description: 'The id of what it was done to' }),
}

const readAny = permission('audit:read:any', { description: 'See who did what.' })

/** What is done with the audit besides adding to it, which each domain does by itself. */
export const auditContract = defineContract({
  name: 'audit',
  operations: {
    listEntries: operation({
      summary: 'List who did what to what, newest first',
      input: z.strictObject({ ...pageRequest.shape, ...auditFilters }),
      output: pageOf(auditEntry),
      idempotent: true,
      access: [readAny],
    }),
  },
  events: {},
  permissions: { readAny },
})

/** See {@link auditContract}. */
export type AuditContract = typeof auditContract
