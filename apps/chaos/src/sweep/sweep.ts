import type { Violation } from '../verdict/violation.ts'
import { runBatch } from './batch.ts'
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
  /** Points that were wanted and did not come, in three runs. */
  readonly missed: readonly Point[]
  readonly failures: readonly Failure[]
  /** Milliseconds that the slowest batch took to come to rest. */
  readonly slowestRestMs: number
}

/** Kills the host at every chosen point of a scenario. */
export const sweep = async (options: SweepOptions): Promise<SweepResult> => {
  const { services, scenario, choice = {}, batch = 40, tell = () => undefined } = options
  await using worlds = createWorlds(services)
  const frames = await record(await worlds.current(), scenario)
  const points = pointsOf(frames)
  const chosen = choose(points, choice)
  tell(`${scenario.name}: ${frames.length} frames, ${points.length} points, ${chosen.length} of them now`)

  const trial = createTrial(worlds, options)
  let left: readonly Point[] = chosen
  for (let round = 1; round <= 3 && left.length > 0; round += 1) {
    const missed: Point[] = []
    for (let at = 0; at < left.length; at += batch) {
      const some = left.slice(at, at + batch)
      tell(`${scenario.name}, round ${round}, ${at + some.length} of ${left.length}`)
      missed.push(...(await trial.run(some)))
    }
    left = missed
  }
  return { ...trial.result(), frames: frames.length, points: points.length, missed: left }
}

/** Runs batches, keeps account of them, and names the culprits of those that fail. */
const createTrial = (
  worlds: ReturnType<typeof createWorlds>,
  { scenario, narrow: mayNarrow = true, tell = () => undefined }: SweepOptions,
) => {
  let runs = 0
  let slowestRestMs = 0
  const failures: Failure[] = []

  const tryOut = async (some: readonly Point[]): Promise<{ missed: readonly Point[]; failure?: Failure }> => {
    const begun = performance.now()
    const world = await worlds.current()
    const { struck, missed, violations, ms } = await runBatch(world, scenario, some)
    runs += struck.length
    tell(
      `  ${struck.length} kills in ${seconds(performance.now() - begun)}, at rest after ${seconds(ms)}, ` +
        `${missed.length} did not come, ${violations.length} violations`,
    )
    if (violations.length === 0) {
      slowestRestMs = Math.max(slowestRestMs, ms)
      return { missed }
    }
    world.keepFolder()
    await worlds.leave()
    return { missed, failure: { points: some, violations, folder: world.folder } }
  }
  /** Halves what failed until one point is left that fails by itself. */
  const narrow = async (failure: Failure): Promise<Failure[]> => {
    const { points } = failure
    if (points.length <= 1 || !mayNarrow) return [failure]
    const middle = Math.ceil(points.length / 2)
    const found: Failure[] = []
    for (const half of [points.slice(0, middle), points.slice(middle)]) {
      const again = await tryOut(half)
      if (again.failure !== undefined) found.push(...(await narrow(again.failure)))
    }
    return found.length > 0 ? found : [failure]
  }
  return {
    /** Gives the points that did not come. */
    async run(some: readonly Point[]): Promise<readonly Point[]> {
      const { missed, failure } = await tryOut(some)
      if (failure !== undefined) failures.push(...(await narrow(failure)))
      return missed
    },
    result: () => ({ runs, slowestRestMs, failures }),
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** One world for as long as nothing is wrong in it, and its people's access tokens are good for another batch. */
const createWorlds = (services: SweepOptions['services']) => {
  let open: { readonly world: RecordedWorld; readonly since: number } | undefined
  const leave = async () => {
    const left = open
    open = undefined
    await left?.world[Symbol.asyncDispose]()
  }
  return {
    async current() {
      if (open !== undefined && performance.now() - open.since > freshMs) await leave()
      open ??= { world: await openRecordedWorld(services), since: performance.now() }
      return open.world
    },
    leave,
    [Symbol.asyncDispose]: leave,
  }
}

/** A third of what an access token lives. */
const freshMs = 5 * 60_000
