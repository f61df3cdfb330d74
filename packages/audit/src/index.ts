export { type AuditSource, createAudit } from './audit.ts'
export * from './contract.ts'
export { type AuditRecord, type AuditTrail, createAuditTrail } from './trail.ts'
