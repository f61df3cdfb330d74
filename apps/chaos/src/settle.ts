import { setTimeout as sleep } from 'node:timers/promises'
import { noGhostMessages } from './verdict/events.ts'
import { invariantsHold } from './verdict/invariants.ts'
import { mailsAgree } from './verdict/mails.ts'
import { nothingPending } from './verdict/pending.ts'
import { toldIsTrue } from './verdict/told.ts'
import { type Check, type Violation, violationsOf } from './verdict/violation.ts'
import type { World } from './world.ts'

/** How a world came to rest. */
export interface Verdict {
  /** What does not hold: empty when all is well. */
  readonly violations: readonly Violation[]
  /** Milliseconds that it took. */
  readonly ms: number
}

/** What is expected of a world. */
export interface Expectations {
  /** Milliseconds in which it must come to rest; 60,000 unless given, as guaranteed. */
  readonly within?: number
  /** How often more than once a mail may arrive that was on its way then; once for each kill unless given. */
  readonly mayRepeat?: (onItsWay: { readonly from: Date; readonly to: Date }) => number
}

/**
 * Waits until the world has come to rest with everything right, at most as long as it may take, and says
 * what is not right then. All of the rules are about a world at rest, so each is waited for alike.
 */
export const settle = async (
  world: World,
  { within = 60_000, mayRepeat = killsIn(world) }: Expectations = {},
): Promise<Verdict> => {
  const begun = performance.now()
  const checks = [
    nothingPending,
    noCollapse,
    noGhostMessages,
    mailsAgree(mayRepeat),
    toldIsTrue,
    invariantsHold,
  ]
  for (;;) {
    const violations = await firstViolations(world, checks)
    const ms = performance.now() - begun
    if (violations.length === 0) return { violations, ms }
    if (ms > within) return { violations: await allViolations(world, checks), ms }
    await sleep(250)
  }
}

const firstViolations = async (world: World, checks: readonly Check[]): Promise<readonly Violation[]> => {
  for (const check of checks) {
    const violations = await check(world)
    if (violations.length > 0) return violations
  }
  return []
}

const allViolations = async (world: World, checks: readonly Check[]): Promise<readonly Violation[]> =>
  (await Promise.all(checks.map(check => check(world)))).flat()

const noCollapse: Check = async ({ hosts }) =>
  violationsOf(
    'No host ends by itself',
    hosts.flatMap(({ collapses }) => collapses),
  )

const killsIn =
  ({ hosts }: World) =>
  ({ from, to }: { readonly from: Date; readonly to: Date }) =>
    hosts.flatMap(({ kills }) => kills).filter(at => at >= from && at <= to).length
