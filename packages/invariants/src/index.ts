export { type CheckOptions, checkInvariants } from './check-invariants.ts'
export { audiences } from './deliveries.ts'
export type { Finding, Theme } from './invariant.ts'
