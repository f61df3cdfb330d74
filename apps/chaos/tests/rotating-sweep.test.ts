import { expect, test } from 'vitest'
import { scenarios } from '../src/sweep/scenario.ts'
import { sweep } from '../src/sweep/sweep.ts'
import { servicesHere } from './services.ts'

/** So many that one fits into a minute: every hour another, all of them within four days. */
const parts = 30
const turn = Math.floor(Date.now() / 3_600_000)
const scenario = scenarios[turn % scenarios.length]
const index = (Math.floor(turn / scenarios.length) % parts) + 1
const services = servicesHere()

test.skipIf(services === undefined)(
  `nothing is lost when a host is killed: pnpm chaos:sweep --scenario ${scenario?.name} --part ${index}/${parts}`,
  async () => {
    if (services === undefined || scenario === undefined) throw new Error('there is nothing to sweep')
    const result = await sweep({
      services,
      scenario,
      choice: { part: { index, of: parts } },
      narrow: false,
      tell: line => console.log(line),
    })
    expect(result.failures).toEqual([])
    // Runs differ a little: some points may not come, most do.
    expect(result.runs).toBeGreaterThan(result.missed.length)
  },
  // Each kill is followed by a start: two seconds, or ten where others are at work.
  480_000,
)
