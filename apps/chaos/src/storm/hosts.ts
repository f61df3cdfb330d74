import { readyWithin, type ServerProcess } from '../server-process.ts'
import { type Violation, violationsOf } from '../verdict/violation.ts'
import type { Passed } from './carry-out.ts'

/** Milliseconds until a host that is told to end has ended: ten seconds, and two for a machine that has much to do. */
const stopsWithin = 12_000
/** Milliseconds until a host says that all it depends on is back; the broker takes longest. */
const readyMs = 10_000

/** A host that is told to end does so in order and in time, whatever else goes wrong. */
export const stoppedInOrder = (passed: readonly Passed[]): readonly Violation[] =>
  violationsOf(
    'A host that is told to end ends in order, within ten seconds',
    passed.flatMap(({ stopped, from }) =>
      stopped === undefined || (stopped.how === 0 && stopped.ms <= stopsWithin)
        ? []
        : [`at ${from.toISOString()}: ${stopped.how} after ${Math.round(stopped.ms)} ms`],
    ),
  )

/** Every host finds by itself, soon after the last fault, that all it depends on is there. */
export const readyAgain = async (hosts: readonly ServerProcess[]): Promise<readonly Violation[]> => {
  const late = await Promise.all(
    hosts.map(async host => {
      const health = await readyWithin(host, readyMs)
      return health === 'ready' ? [] : [`${host.name}: ${health}`]
    }),
  )
  return violationsOf('Every host is ready again within ten seconds', late.flat())
}
