export { type CheckOptions, checkInvariants } from './check-invariants.ts'
export type { Finding, Theme } from './invariant.ts'
