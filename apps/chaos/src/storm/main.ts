import { parseArgs } from 'node:util'
import { type Domain, domains } from '../world.ts'
import { lineOf, linesOf, sumOf } from './report.ts'
import { openGrounds } from './services.ts'
import { type StormOptions, type StormReport, storm } from './storm.ts'

/** `pnpm chaos`: see help. */
const help = `Usage: pnpm chaos [--seed N | --seeds FROM..TO] [--seconds 20] [--buyers 12] [--outside D,...]

Two replicas of the shop under steady load, while a plan made of the seed alone makes PostgreSQL, Redis, RabbitMQ,
the mail server and the payment provider go down, hang, be slow, lose replies, be reset and be killed, and the
replicas be killed, paused and stopped. After the last fault everything must come to rest and be right within 60 s.
Starts services of its own; needs redis-server and rabbitmq-server on the PATH. Exit code 1 on any violation.

  --seed N           the plan to carry out; drawn and printed unless given
  --seeds FROM..TO   several, one after another, summed up
  --seconds S        how long things go wrong
  --buyers N         how many people buy at the same time
  --outside D,...    domains that run as deployables of their own, and are struck, too; or all`

const say = (line: string) => void process.stdout.write(`${line}\n`)

const whole = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} is not a whole number`)
  return Number(text)
}

const seedsFrom = (range: string): number[] => {
  const [from, to] = range.split('..').map(whole)
  if (from === undefined || to === undefined || to < from) throw new Error(`${range} is not FROM..TO`)
  return Array.from({ length: to - from + 1 }, (_, n) => from + n)
}

const outsideFrom = (names: string): readonly Domain[] => {
  if (names === 'all') return domains
  const wanted = names.split(',').filter(name => name !== '')
  const unknown = wanted.filter(name => !domains.some(domain => domain === name))
  if (unknown.length > 0) throw new Error(`there is no domain ${unknown.join(', ')}`)
  return domains.filter(domain => wanted.includes(domain))
}

/** A port that somebody else on the machine took meanwhile, say, is nothing to blame the shop for: that storm is begun anew, once. */
const carriedOut = async (options: StormOptions): Promise<StormReport> => {
  try {
    return await storm(options)
  } catch (error) {
    say(`seed ${options.seed}: could not be carried out, and begins again: ${error}`)
    return storm(options)
  }
}

const run = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      seeds: { type: 'string' },
      seconds: { type: 'string', default: '20' },
      buyers: { type: 'string', default: '12' },
      outside: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    say(help)
    return 0
  }
  const [seconds, buyers] = [whole(values.seconds), whole(values.buyers)]
  const outside = outsideFrom(values.outside)
  const seeds = values.seeds === undefined ? [whole(values.seed)] : seedsFrom(values.seeds)
  await using grounds = await openGrounds()
  const reports: StormReport[] = []
  for (const seed of seeds) {
    say(`seed ${seed}: begins`)
    const report = await carriedOut({ seed, seconds, buyers, outside, grounds })
    reports.push(report)
    const lines = seeds.length === 1 || report.violations.length > 0 ? linesOf(report) : [lineOf(report)]
    for (const line of lines) say(line)
  }
  if (seeds.length > 1) say(sumOf(reports))
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0
}

// Whoever breaks it off takes everything along: hosts end with the process that started them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

try {
  process.exitCode = await run()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
