import { parseArgs } from 'node:util'
import { describeService, startTestServices } from '@plinth/testing/setup'
import type { Choice } from './point.ts'
import { type Scenario, scenarios } from './scenario.ts'
import { type SweepResult, sweep } from './sweep.ts'

const help = `Usage: pnpm chaos:sweep [options]

Kills the host of a shop at every point of what people do in it: before each frame to or from PostgreSQL,
RabbitMQ, Redis, SMTP and the payment provider gets through, and after. Starts it again, lets the client ask
again under the same key, waits, and checks everything that must hold.

${scenarios.map(({ name, about }) => `  --scenario ${name.padEnd(12)} ${about}`).join('\n')}
                          all of them unless given
  --part 3/5              every fifth point, from the third on
  --points 10-20          by number
  --frame "smtp to QUIT #1" --when after
                          one frame by its name, as violations tell it
  --batch 40              how many kills a world takes before it is judged

Services are those that TEST_DATABASE_URL, TEST_REDIS_URL and TEST_AMQP_URL name, or private ones. Exits with 1
when anything was violated.`

// Whoever is interrupted takes the processes along that were started here.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

process.exitCode = await main()

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string' },
      part: { type: 'string' },
      points: { type: 'string' },
      frame: { type: 'string' },
      when: { type: 'string' },
      batch: { type: 'string', default: '40' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return tell(help) ?? 0
  const wanted = scenarios.filter(({ name }) => values.scenario === undefined || values.scenario === name)
  if (wanted.length === 0) return tell(`There is no scenario ${values.scenario}.\n\n${help}`) ?? 1

  const begun = performance.now()
  await using found = await startTestServices(['postgres', 'redis', 'rabbitmq'], { required: true })
  for (const name of ['postgres', 'redis', 'rabbitmq'] as const) {
    const service = found.found[name]
    if (service !== undefined) tell(describeService(name, service))
  }
  const url = (name: 'postgres' | 'redis' | 'rabbitmq') => {
    const service = found.found[name]
    return service !== undefined && 'url' in service ? service.url : ''
  }
  const services = { postgres: url('postgres'), redis: url('redis'), rabbitmq: url('rabbitmq') }
  const choice = choiceOf(values)
  const results: SweepResult[] = []
  for (const scenario of wanted) {
    const result = await sweep({ services, scenario, choice, batch: Number(values.batch), tell })
    report(scenario, result)
    results.push(result)
  }
  const total = (of: (result: SweepResult) => number) => results.reduce((sum, each) => sum + of(each), 0)
  const violated = total(({ failures }) => failures.length)
  tell(
    `${total(({ frames }) => frames)} frames, ${total(({ points }) => points)} points, ${total(({ runs }) => runs)} runs, ` +
      `${total(({ missed }) => missed.length)} points did not come, ` +
      `${((performance.now() - begun) / 1000).toFixed(0)} s, ${violated} violations`,
  )
  return violated === 0 ? 0 : 1
}

function report({ name }: Scenario, { missed, failures, slowestRestMs }: SweepResult): void {
  tell(`${name}: the slowest to come to rest took ${(slowestRestMs / 1000).toFixed(1)} s`)
  for (const { number, when, frame } of missed) tell(`${name}: did not come: ${number}, ${when} ${frame}`)
  for (const { points, violations, folder } of failures) {
    tell(`${name}: VIOLATED, logs in ${folder}`)
    for (const { rule, detail } of violations) tell(`  ${rule}: ${detail}`)
    for (const { number, when, frame } of points)
      tell(`  ${number}: pnpm chaos:sweep --scenario ${name} --when ${when} --frame ${JSON.stringify(frame)}`)
  }
}

function choiceOf(values: { part?: string; points?: string; frame?: string; when?: string }): Choice {
  const [index, of] = numbersIn(values.part, '/')
  const [from, to = from] = numbersIn(values.points, '-')
  return {
    ...(index !== undefined && of !== undefined && { part: { index, of } }),
    ...(from !== undefined && to !== undefined && { range: { from, to } }),
    ...(values.frame !== undefined && { frame: values.frame }),
    ...((values.when === 'before' || values.when === 'after') && { when: values.when }),
  }
}

function numbersIn(text: string | undefined, separator: string): number[] {
  const numbers = text?.split(separator).map(Number) ?? []
  if (numbers.some(number => !Number.isInteger(number) || number < 1)) throw new Error(`${text} is no choice`)
  return numbers
}

function tell(line: string): undefined {
  console.log(line)
}
