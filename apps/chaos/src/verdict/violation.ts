import type { World } from '../world.ts'

/** Something that must not be. */
export interface Violation {
  /** What was to hold. */
  readonly rule: string
  /** Where it does not. */
  readonly detail: string
}

/** Looks at one side of a world that has come to rest. */
export type Check = (world: World) => Promise<readonly Violation[]>

/** A violation for each detail. */
export const violationsOf = (rule: string, details: readonly string[]): Violation[] =>
  details.map(detail => ({ rule, detail }))
