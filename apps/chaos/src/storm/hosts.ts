import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerProcess } from '../server-process.ts'
import { type Violation, violationsOf } from '../verdict/violation.ts'
import type { Passed } from './carry-out.ts'

/** Milliseconds until a host that is told to end has ended: ten seconds, and two for a machine that has much to do. */
const stopsWithin = 12_000
/** Milliseconds until a host says that all it depends on is back; the broker takes longest. */
const readyWithin = 10_000

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
export const readyAgain = async (replicas: readonly ServerProcess[]): Promise<readonly Violation[]> => {
  const late = await Promise.all(
    replicas.map(async replica => {
      const begun = performance.now()
      for (;;) {
        const health = await look(replica)
        if (health === 'ready') return []
        if (performance.now() - begun > readyWithin) return [`${replica.name}: ${health}`]
        await sleep(100)
      }
    }),
  )
  return violationsOf('Every host is ready again within ten seconds', late.flat())
}

const look = async ({ url }: ServerProcess): Promise<string> => {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    const text = await answer.text()
    return answer.status === 200 && !/degraded|down/.test(text) ? 'ready' : `${answer.status} ${text}`
  } catch (error) {
    return String(error)
  }
}
