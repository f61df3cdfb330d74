import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFaultProxy } from '@plinth/testing'
import { signUp } from '../people.ts'
import { settle } from '../settle.ts'
import { offer } from '../shopping.ts'
import type { Violation } from '../verdict/violation.ts'
import { type Domain, openWorld } from '../world.ts'
import { nothingUnforeseen } from './answers.ts'
import { cleanUp, workInOffice } from './back-office.ts'
import { type Round, shopAround } from './buyer.ts'
import { carryOut, type StormyWorld } from './carry-out.ts'
import { type Figures, figuresOf } from './figures.ts'
import { readyAgain, stoppedInOrder } from './hosts.ts'
import { type Fault, planOf } from './plan.ts'
import { repeatsIn } from './repeats.ts'
import { sameKeyTellsTheSame } from './same-key.ts'
import { seeded } from './seeded.ts'
import type { Grounds } from './services.ts'

/** What to do. */
export interface StormOptions {
  readonly seed: number
  /** How long things go wrong. */
  readonly seconds: number
  readonly grounds: Grounds
  /** Domains that run as deployables of their own; none unless given. */
  readonly outside?: readonly Domain[]
  /** How many people buy at the same time; 12 unless given. */
  readonly buyers?: number
}

/** How it went. */
export interface StormReport {
  readonly seed: number
  readonly plan: readonly Fault[]
  readonly figures: Figures
  /** Milliseconds from the end of the last fault until all was at rest and right. */
  readonly settledMs: number
  readonly violations: readonly Violation[]
  /** Logs and the provider's journal, left behind where there are violations. */
  readonly folder: string
}

/**
 * Two replicas under steady load, while the plan of the seed is carried out; then a minute in which everything
 * must come to rest, and the verdict.
 */
export const storm = async ({
  seed,
  seconds,
  grounds,
  outside = [],
  buyers = 12,
}: StormOptions): Promise<StormReport> => {
  const plan = planOf(seed, seconds, outside)
  await using world: StormyWorld = await openWorld({
    services: grounds.services,
    between: (_, url) => startFaultProxy(url),
    replicas: 2,
    outside,
  })
  const crowd = await gather(world, seed, buyers)
  const passed = await carryOut(world, grounds, plan)
  const calm = performance.now()
  crowd.stop()
  let cleaned = false
  const cleaning = cleanUp(world.admin, () => cleaned)
  const late = await readyAgain(world.hosts)
  await crowd.gone
  const { violations: unsettled } = await settle(world, {
    within: Math.max(0, 60_000 - (performance.now() - calm)),
    mayRepeat: repeatsIn(passed),
  })
  const settledMs = Math.round(performance.now() - calm)
  cleaned = true
  await cleaning
  const entries = [...world.history.entries]
  const violations = [
    ...unsettled,
    ...late,
    ...stoppedInOrder(passed),
    ...nothingUnforeseen(entries),
    ...(await sameKeyTellsTheSame(crowd.people, entries)),
  ]
  if (violations.length > 0) await keep(world)
  return { seed, plan, figures: figuresOf(entries), settledMs, violations, folder: world.folder }
}

/** Fills the shop, and lets everybody in. */
const gather = async (world: StormyWorld, seed: number, buyers: number) => {
  const { street, seller, admin } = world
  // Some of it is scarce, so that people come too late.
  const variants: Round['variants'] = [
    await offer(seller, { stock: 20 }),
    await offer(seller),
    await offer(seller, { amount: 1250 }),
  ]
  const people = []
  for (let n = 0; n < buyers; n += 1) people.push(await signUp(street, 'Ada'))
  const numbers = seeded(seed).fork('people')
  let over = false
  const common = { street, variants, orders: [], isOver: () => over }
  const gone = Promise.all([
    ...people.map((buyer, n) => shopAround(buyer, { ...common, numbers: numbers.fork(`buyer ${n}`) })),
    workInOffice(admin, seller, { ...common, numbers: numbers.fork('office') }),
  ])
  gone.catch(() => undefined)
  return {
    people,
    stop: () => {
      over = true
    },
    gone,
  }
}

/** Leaves behind what is needed to find out why. */
const keep = async ({ history, folder, keepFolder }: StormyWorld): Promise<void> => {
  keepFolder()
  const lines = history.entries.map(entry => JSON.stringify(entry))
  await writeFile(join(folder, 'history.jsonl'), `${lines.join('\n')}\n`)
}
