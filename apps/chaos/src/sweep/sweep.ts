import type { Violation } from '../verdict/violation.ts'
import { type BatchResult, runBatch } from './batch.ts'
import { type Choice, choose, type Point, pointsOf } from './point.ts'
import { openRecordedWorld, type RecordedWorld } from './recorded-world.ts'
import type { Scenario } from './scenario.ts'
import { record } from './strike.ts'

/** What to sweep, and how. */
export interface SweepOptions {
  readonly services: Parameters<typeof openRecordedWorld>[0]
  readonly scenario: Scenario
  readonly choice?: Choice
  /** Points that share a world before it is judged. */
  readonly batch?: number
  /** Whether a batch that failed is halved until one point fails by itself; so it is unless told otherwise. */
  readonly narrow?: boolean
  /** Hears how it goes, line by line. */
  readonly tell?: (line: string) => void
}

/** Something that went wrong, and where. */
export interface Failure {
  /** The fewest points that bring it about: one, unless it takes several, or did not come again. */
  readonly points: readonly Point[]
  readonly violations: readonly Violation[]
  /** Logs of the world in which it happened. */
  readonly folder: string
}

/** How a sweep went. */
export interface SweepResult {
  /** Frames of the run in which nothing went wrong, and the points they make, in all. */
  readonly frames: number
  readonly points: number
  /** Kills, those of points that were tried again to name a culprit included. */
  readonly runs: number
  /** Points that were wanted and did not come, though they were waited for three times. */
  readonly missed: readonly Point[]
  readonly failures: readonly Failure[]
  /** Milliseconds that the slowest batch took to come to rest. */
  readonly slowestRestMs: number
}

/** Kills the host at every chosen point of a scenario. */
export const sweep = async ({
  services,
  scenario,
  choice = {},
  batch = 40,
  narrow: mayNarrow = true,
  tell = () => undefined,
}: SweepOptions): Promise<SweepResult> => {
  const worlds = createWorlds(services)
  await using _ = worlds
  const frames = await record(await worlds.current(), scenario)
  const points = pointsOf(frames)
  const chosen = choose(points, choice)
  tell(`${scenario.name}: ${frames.length} frames, ${points.length} points, ${chosen.length} of them now`)
  let runs = 0
  let slowestRestMs = 0
  const failures: Failure[] = []
  const missed: Point[] = []

  const tryOut = async (some: readonly Point[]): Promise<BatchResult & { readonly folder: string }> => {
    const world = await worlds.current()
    const result = await runBatch(world, scenario, some)
    runs += result.struck.length
    if (result.violations.length > 0) {
      world.keepFolder()
      await worlds.leave()
    } else slowestRestMs = Math.max(slowestRestMs, result.ms)
    return { ...result, folder: world.folder }
  }
  /** Halves what failed until one point is left that fails by itself. */
  const narrow = async (some: readonly Point[], failure: Failure): Promise<Failure[]> => {
    if (some.length <= 1 || !mayNarrow) return [failure]
    const found: Failure[] = []
    const middle = Math.ceil(some.length / 2)
    for (const half of [some.slice(0, middle), some.slice(middle)]) {
      const { violations, folder } = await tryOut(half)
      tell(`  again, ${half.length} points: ${violations.length} violations`)
      if (violations.length > 0) found.push(...(await narrow(half, { points: half, violations, folder })))
    }
    return found.length > 0 ? found : [failure]
  }

  for (let at = 0; at < chosen.length; at += batch) {
    const some = chosen.slice(at, at + batch)
    let left: readonly Point[] = some
    for (let tries = 3; tries > 0 && left.length > 0; tries -= 1) {
      const begun = performance.now()
      const { violations, folder, struck, ms, ...rest } = await tryOut(left)
      tell(
        `${scenario.name} ${at + some.length}/${chosen.length}: ${struck.length} kills in ` +
          `${seconds(performance.now() - begun)}, at rest after ${seconds(ms)}, ` +
          `${rest.missed.length} did not come, ${violations.length} violations`,
      )
      if (violations.length > 0) failures.push(...(await narrow(left, { points: left, violations, folder })))
      left = rest.missed
    }
    missed.push(...left)
  }
  return { frames: frames.length, points: points.length, runs, missed, failures, slowestRestMs }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** One world for as long as nothing is wrong in it. */
const createWorlds = (services: SweepOptions['services']) => {
  let world: RecordedWorld | undefined
  const leave = async () => {
    const left = world
    world = undefined
    await left?.[Symbol.asyncDispose]()
  }
  return {
    async current() {
      world ??= await openRecordedWorld(services)
      return world
    },
    leave,
    [Symbol.asyncDispose]: leave,
  }
}
