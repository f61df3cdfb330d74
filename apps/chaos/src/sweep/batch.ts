import { settle, type Verdict } from '../settle.ts'
import type { Point } from './point.ts'
import type { RecordedWorld } from './recorded-world.ts'
import type { Scenario } from './scenario.ts'
import { restart, strike } from './strike.ts'

/** What came of a batch of points in one world. */
export interface BatchResult extends Verdict {
  /** Points at which the host was killed. */
  readonly struck: readonly Point[]
  /** Points that did not come, as the run was another this time. */
  readonly missed: readonly Point[]
}

/**
 * Kills the host of one world at one point after another, each time in the middle of another customer's business;
 * then every customer is told what became of theirs, and the world is judged once.
 */
export const runBatch = async (
  world: RecordedWorld,
  scenario: Scenario,
  points: readonly Point[],
): Promise<BatchResult> => {
  const customers = await scenario.prepare(world, points.length)
  await restart(world)
  const [struck, missed]: [Point[], Point[]] = [[], []]
  for (const [at, customer] of customers.entries()) {
    const point = points[at]
    if (point === undefined) break
    const into = (await strike(world, customer, point)) ? struck : missed
    into.push(point)
  }
  await Promise.all(customers.map(({ client, request }) => client.insist(request)))
  return { ...(await settle(world)), struck, missed }
}
