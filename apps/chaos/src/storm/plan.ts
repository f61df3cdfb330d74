import type { Dependency, Domain } from '../world.ts'
import { type Seeded, seeded } from './seeded.ts'

/** What can befall the way to a dependency. */
export type Weather = 'down' | 'hang' | 'lose-replies' | 'slow' | 'reset'

/** One thing that goes wrong, from `at` for `ms` milliseconds; then it is mended. */
export type Fault = { readonly at: number; readonly ms: number } & (
  | { readonly what: Weather; readonly dependency: Dependency; readonly delayMs: number }
  /** Killed with -9, and started again at the same address with what it had on disk. */
  | { readonly what: 'crash'; readonly dependency: Exclude<Dependency, 'smtp'> }
  /** Killed with -9, stopped with SIGSTOP until it goes on, told to end with SIGTERM; then started again. */
  | { readonly what: 'kill' | 'pause' | 'stop'; readonly host: string }
)

/**
 * What goes wrong in a run, in the order in which it begins: for each dependency, each replica and each domain that is
 * outside one thing after another, several at once of different ones. The same seed and length make the same plan.
 */
export const planOf = (seed: number, seconds: number, outside: readonly Domain[] = []): readonly Fault[] => {
  const numbers = seeded(seed).fork('plan')
  const lanes = [
    ...dependencies.map(dependency => lane(numbers.fork(dependency), seconds, befall(dependency))),
    ...replicas.map((host, n) => lane(numbers.fork(`replica ${n}`), seconds, strike(host))),
    ...outside.map(host => lane(numbers.fork(host), seconds, strike(host))),
  ]
  return lanes.flat().toSorted((one, other) => one.at - other.at)
}

/** A fault as a line: `  3.2 s  redis hangs for 1.8 s`. */
export const describeFault = (fault: Fault): string => {
  const who = 'host' in fault ? fault.host : fault.dependency
  return `${(fault.at / 1000).toFixed(1).padStart(5)} s  ${who} ${sayings[fault.what](`${(fault.ms / 1000).toFixed(1)} s`)}${
    fault.what === 'slow' ? `, ${fault.delayMs} ms each way` : ''
  }`
}

const sayings: Readonly<Record<Fault['what'], (time: string) => string>> = {
  down: time => `is down for ${time}`,
  hang: time => `hangs for ${time}`,
  'lose-replies': time => `loses its replies for ${time}`,
  slow: time => `is slow for ${time}`,
  reset: () => 'resets its connections',
  crash: time => `is killed and away for ${time}`,
  kill: time => `is killed and away for ${time}`,
  pause: time => `is paused for ${time}`,
  stop: time => `is told to end and away for ${time}`,
}

const dependencies: readonly Dependency[] = ['postgres', 'redis', 'rabbitmq', 'smtp', 'provider']
const replicas = ['replica-1', 'replica-2']
const weathers: readonly [Weather, ...Weather[]] = ['down', 'hang', 'lose-replies', 'slow', 'reset']

/** When a fault begins, how long it lasts at most, and how long it usually does. */
interface Span {
  readonly at: number
  readonly ms: number
  readonly atMost: number
}

/** Fills a time with faults and the quiet between them. */
const lane = (numbers: Seeded, seconds: number, fault: (numbers: Seeded, span: Span) => Fault): Fault[] => {
  const faults: Fault[] = []
  const end = seconds * 1000
  for (let at = Math.round(numbers.between(300, 4_000)); at < end; ) {
    const atMost = end - at
    const next = fault(numbers, { at, atMost, ms: Math.round(Math.min(numbers.between(200, 4_000), atMost)) })
    faults.push(next)
    at += Math.round(next.ms + numbers.between(1_500, 8_000))
  }
  return faults
}

/** How often a dependency that has trouble crashes. RabbitMQ takes long to come back. */
const crashes: Readonly<Record<Dependency, number>> = {
  postgres: 0.3,
  redis: 0.4,
  rabbitmq: 0.06,
  smtp: 0,
  provider: 0.3,
}

const befall =
  (dependency: Dependency) =>
  (numbers: Seeded, { at, ms }: Span): Fault => {
    if (dependency !== 'smtp' && numbers.chance(crashes[dependency]))
      return { at, ms, what: 'crash', dependency }
    const what = numbers.pick(weathers)
    const delayMs = Math.round(numbers.between(20, 400))
    return { at, ms: what === 'reset' ? 0 : ms, what, dependency, delayMs }
  }

/** One pause in four may outlast every lease: whoever wakes up then finds its work done by others. */
const strike =
  (host: string) =>
  (numbers: Seeded, { at, ms, atMost }: Span): Fault => {
    const what = numbers.pick(['kill', 'kill', 'pause', 'pause', 'stop'] as const)
    const long = what === 'pause' && numbers.chance(0.25)
    return { at, ms: long ? Math.round(numbers.between(ms, atMost)) : ms, what, host }
  }
