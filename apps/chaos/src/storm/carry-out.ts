import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '@plinth/testing'
import type { ServerProcess } from '../server-process.ts'
import type { World } from '../world.ts'
import type { Fault } from './plan.ts'
import type { Grounds } from './services.ts'

/** A world that a storm can rage in. */
export type StormyWorld = World<FaultProxy>

/** A fault as it came to pass: the machine may be slower than the plan. */
export interface Passed {
  readonly fault: Fault
  readonly from: Date
  readonly to: Date
  /** How a host that was told to end did so, and after how many milliseconds. */
  readonly stopped?: Stopped
}

type Stopped = Awaited<ReturnType<ServerProcess['stop']>>

/**
 * Lets happen what is planned, each thing at its time and mended after it; resolves once all is mended and
 * everybody runs. Rejects when something cannot be mended: then nothing can be said about the shop.
 */
export const carryOut = async (
  world: StormyWorld,
  { mortal }: Pick<Grounds, 'mortal'>,
  plan: readonly Fault[],
): Promise<readonly Passed[]> => {
  const passed: Passed[] = []
  const begun = performance.now()
  const until = (ms: number) => sleep(Math.max(0, begun + ms - performance.now()))
  const lanes = Map.groupBy(plan, fault => ('host' in fault ? fault.host : fault.dependency))
  await Promise.all(
    [...lanes.values()].map(async faults => {
      for (const fault of faults) {
        await until(fault.at)
        const from = new Date()
        const { mend, stopped } = await strike(world, mortal, fault)
        await until(fault.at + fault.ms)
        await mend()
        passed.push({ fault, from, to: new Date(), ...(stopped && { stopped }) })
      }
    }),
  )
  return passed
}

/** What has been struck: how to mend it, and how it ended where it was asked to. */
interface Struck {
  readonly mend: () => Promise<void> | void
  readonly stopped?: Stopped
}

const strike = async (world: StormyWorld, mortal: Grounds['mortal'], fault: Fault): Promise<Struck> => {
  if ('host' in fault)
    return strikeHost(
      world.hosts.find(({ name }) => name === fault.host),
      fault.what,
    )
  const proxy = world.proxies[fault.dependency]
  if (fault.what !== 'crash') return changeWeather(proxy, fault)
  if (fault.dependency === 'provider') return crash(world.provider.kill, world.provider.start)
  const service = mortal[fault.dependency]
  // One that others use, too, is cut off instead: to the shop it is much the same.
  return service === undefined ? crash(proxy.down, proxy.up) : crash(service.kill, service.restart)
}

const crash = async (end: () => Promise<void>, begin: () => Promise<void>): Promise<Struck> => {
  await end()
  return { mend: begin }
}

const strikeHost = async (
  host: ServerProcess | undefined,
  what: 'kill' | 'pause' | 'stop',
): Promise<Struck> => {
  if (host === undefined) throw new Error('there is no such host')
  switch (what) {
    case 'pause':
      host.pause()
      return { mend: host.resume }
    case 'kill':
      await host.kill()
      return { mend: () => start(host) }
    case 'stop':
      return { stopped: await host.stop(), mend: () => start(host) }
  }
}

/** A host that finds its database away says so and ends: whoever runs it starts it again. */
const start = async (host: ServerProcess, tries = 60): Promise<void> => {
  try {
    await host.start()
  } catch (error) {
    if (tries === 0) throw error
    await sleep(500)
    await start(host, tries - 1)
  }
}

const changeWeather = async (
  proxy: FaultProxy,
  { what, delayMs }: Extract<Fault, { delayMs: number }>,
): Promise<Struck> => {
  const mend = proxy.up
  switch (what) {
    case 'down':
      await proxy.down()
      return { mend }
    case 'hang':
      proxy.hang()
      return { mend }
    case 'lose-replies':
      proxy.loseReplies()
      return { mend }
    case 'slow':
      proxy.slow(delayMs)
      return { mend }
    case 'reset':
      proxy.reset()
      return { mend: () => undefined }
  }
}
