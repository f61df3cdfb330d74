import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, type NumberedFrame, type Trap } from '@plinth/testing'
import { frameName, type Point } from './point.ts'
import type { RecordedWorld } from './recorded-world.ts'
import { allMailed, type Customer, type Scenario } from './scenario.ts'

/** Runs a scenario once, on a host that has just started, and gives every frame of it. */
export const record = async (world: RecordedWorld, scenario: Scenario): Promise<readonly NumberedFrame[]> => {
  const [customer] = await scenario.prepare(world, 1)
  if (customer === undefined) throw new Error('nobody came')
  // Node keeps what it compiled when a process ends in order: every start from now on is a fifth cheaper.
  await world.replicas[0].stop()
  await restart(world)
  world.recorder.arm()
  await customer.client.insist(customer.request)
  await allMailed(world, customer)
  return world.recorder.disarm()
}

/**
 * Lets a customer do their thing, kills the host at the point, starts it again, and lets the customer ask once
 * more, under the same key. Gives whether the point came.
 */
export const strike = async (world: RecordedWorld, customer: Customer, point: Point): Promise<boolean> => {
  const { client, request } = customer
  const trap = killAt(world, { when: point.when, catches: frame => frameName(frame) === point.frame })
  const answered = client.once(request)
  await Promise.race([trap.dead, answered.then(() => hasEnded(world, customer))])
  world.recorder.disarm()
  if (!trap.sprung()) return false
  await trap.dead
  await restart(world)
  await answered
  await client.once(request)
  return true
}

/** Kills the host where the trap says. */
const killAt = ({ recorder, replicas: [host] }: RecordedWorld, trap: Omit<Trap, 'spring'>) => {
  const { promise: dead, resolve } = Promise.withResolvers<void>()
  let sprung = false
  recorder.arm({
    ...trap,
    spring: () => {
      sprung = true
      void host.kill().then(resolve)
    },
  })
  return { dead, sprung: () => sprung }
}

/**
 * All that follows from a request is over, and the host has looked once more for each thing that it looks for by the
 * clock. A point that has not come by then does not: the frames came otherwise this time.
 */
const hasEnded = async (world: RecordedWorld, customer: Customer) => {
  await allMailed(world, customer, patienceMs).catch(() => undefined)
  await sleep(pollsMs)
}

const patienceMs = 10_000
const pollsMs = 2_500

/**
 * Starts the host anew, and waits until it has made itself at home: it prepares each statement again, so the frames
 * of what comes then are the same each time.
 */
export const restart = async ({ replicas: [host], recorder }: RecordedWorld): Promise<void> => {
  await host.kill()
  await host.start()
  await eventually(
    async () => {
      recorder.arm()
      await sleep(quietMs)
      return !recorder
        .disarm()
        .some(({ service, kind }) => service === 'rabbitmq' || kind.startsWith('prepare'))
    },
    { within: 15_000, every: 0 },
  ).catch(() => undefined)
}

const quietMs = 250
