import { describe, expect, it } from 'vitest'
import { describeFault, type Fault, planOf } from './plan.ts'

const plans = Array.from({ length: 50 }, (_, seed) => planOf(seed, 20))
const whoOf = (fault: Fault) => ('host' in fault ? fault.host : fault.dependency)

describe('The plan of a storm', () => {
  it('is made of its seed alone', () => {
    expect(planOf(7, 20)).toEqual(planOf(7, 20))
    expect(new Set(plans.map(plan => JSON.stringify(plan))).size).toBe(plans.length)
  })

  it('lets one thing after another go wrong with each, and all be mended in time', () => {
    for (const plan of plans) {
      for (const faults of Map.groupBy(plan, whoOf).values()) {
        let free = 0
        for (const { at, ms } of faults) {
          expect(at).toBeGreaterThanOrEqual(free)
          free = at + ms
        }
        expect(free).toBeLessThanOrEqual(20_000)
      }
    }
  })

  it('leaves nothing out that can go wrong: fifty of them hold every fault of everybody', () => {
    const seen = new Set(plans.flat().map(fault => `${whoOf(fault)} ${fault.what}`))
    const weathers = ['down', 'hang', 'lose-replies', 'slow', 'reset']
    const expected = [
      ...['postgres', 'redis', 'rabbitmq', 'provider'].flatMap(name =>
        [...weathers, 'crash'].map(what => `${name} ${what}`),
      ),
      ...weathers.map(what => `smtp ${what}`),
      ...['replica-1', 'replica-2'].flatMap(name => ['kill', 'pause', 'stop'].map(what => `${name} ${what}`)),
    ]
    expect([...seen].toSorted()).toEqual(expected.toSorted())
  })

  it('lets a replica sleep for longer than any lease, sometimes', () => {
    const pauses = plans.flat().filter(({ what }) => what === 'pause')
    expect(pauses.filter(({ ms }) => ms > 15_000)).not.toEqual([])
  })

  it('strikes domains that are outside, too, and everybody else as if they were not', () => {
    const [plan, more] = [planOf(7, 20), planOf(7, 20, ['catalog', 'orders'])]
    const those = more.filter(fault => ['catalog', 'orders'].includes(whoOf(fault)))
    expect(new Set(those.map(whoOf))).toEqual(new Set(['catalog', 'orders']))
    expect(more.filter(fault => !those.includes(fault))).toEqual(plan)
  })

  it('can be read', () => {
    expect(describeFault({ at: 3200, ms: 1800, what: 'slow', dependency: 'redis', delayMs: 120 })).toBe(
      '  3.2 s  redis is slow for 1.8 s, 120 ms each way',
    )
    expect(describeFault({ at: 12_000, ms: 500, what: 'kill', host: 'replica-2' })).toBe(
      ' 12.0 s  replica-2 is killed and away for 0.5 s',
    )
  })
})
