import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSigner } from './buyers.ts'
import { cpuMsOf } from './cpu.ts'
import { loadData } from './data.ts'
import { load } from './load.ts'
import { type Measured, reportOf, type Sample } from './report.ts'
import { type Scenario, type Side, scenariosOf } from './scenario.ts'
import { type Server, startServer } from './servers.ts'
import { startServices } from './services.ts'
import { settled } from './settled.ts'
import { credentials, memoryOf, startShop } from './shop.ts'

const usage = `Usage: pnpm bench [options]

Measures Plinth beside the bare limits of Fastify and PostgreSQL, in one run: every scenario in turn, the limit and
then Plinth, round after round. One round before is not counted: the code of both sides is compiled in it. Prints a table
of medians with minimum and maximum, and the ratios; the memory that Plinth has in use then; and how long another replica
takes to be ready.

  --rounds N         how often each is measured (3)
  --seconds N        how long each time (4)
  --connections N    at once (32)
  --only a,b         scenarios whose names hold one of the words
  --json FILE        the figures, for machines
  --markdown FILE    the table, for readers
  --profile DIR      writes a CPU profile of Plinth there
`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean' },
  },
})

const main = async (): Promise<void> => {
  const connections = Number(values.connections)
  const seconds = Number(values.seconds)
  await using stack = new AsyncDisposableStack()
  const logs = await mkdtemp(join(tmpdir(), 'plinth-bench-'))
  stack.defer(() => rm(logs, { recursive: true, force: true }))
  const services = stack.use(await startServices(console.log))
  const signer = await createSigner()
  const flags = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
  const plinth = stack.use(await startShop({ services, signer, folder: logs, flags }))
  console.log('Filling the shelves ...')
  const data = stack.use(await loadData(services.databaseUrl))
  const limit = stack.use(
    await startServer('limits/server.ts', join(logs, 'limits.log'), { DATABASE_URL: services.databaseUrl }),
  )
  const authorizations = await Promise.all(data.buyerIds.map(id => signer.authorizationOf(id)))
  await load({
    url: plinth.url,
    connections,
    seconds: 60,
    again: false,
    // Who checks out has looked at the cart before: tokens have been seen.
    requests: authorizations.map(authorization => ({ path: '/v1/cart', headers: { authorization } })),
  })

  const words = values.only?.split(',')
  const scenarios = scenariosOf({ data, authorizations, credentials }).filter(
    ({ name }) => words === undefined || words.some(word => name.includes(word)),
  )
  const measured: Measured[] = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const scenario of scenarios) {
      const result = {
        round,
        scenario,
        limit: await limitOf(scenario),
        plinth: await measure(plinth, scenario.plinth),
      }
      if (round > 0) measured.push(result)
      console.log(
        `${round > 0 ? `round ${round}` : 'warm-up'}  ${scenario.name.padEnd(26)} ${result.limit.rate.toFixed(0).padStart(7)} ${result.plinth.rate.toFixed(0).padStart(7)}  ${(result.plinth.rate / result.limit.rate).toFixed(2)}${result.plinth.failed > 0 ? `  ${result.plinth.failed} failed` : ''}`,
      )
    }
    async function limitOf(scenario: Scenario): Promise<Sample> {
      if (scenario.name !== 'sign-in') return measure(limit, scenario.limit)
      const answer = await fetch(`${limit.url}/argon2?ms=${seconds * 1000}&atOnce=${connections}`)
      const { rate } = (await answer.json()) as { rate: number }
      return { rate, succeeded: Math.round(rate * seconds), failed: 0, p50: 0, p99: 0, cpuMs: undefined }
    }
    async function measure({ url, pid }: Server, side: Side): Promise<Sample> {
      await side.prepare?.()
      const requests = await side.requests(round)
      const before = await cpuMsOf(pid)
      const result = await load({ url, connections, seconds, requests, again: side.again })
      const after = await cpuMsOf(pid)
      if (result.succeeded === 0) throw new Error(`${url} answered nothing but failures`)
      await settled(data.sql)
      const cpuMs =
        before === undefined || after === undefined ? undefined : (after - before) / result.succeeded
      return { ...result, cpuMs }
    }
  }
  const memoryMiB = await memoryOf(plinth.pid)
  const replica = stack.use(await startShop({ services, signer, folder: logs }))
  const report = reportOf(measured, { memoryMiB, bootMs: replica.bootMs })
  console.log(`\n${report.markdown}`)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report.figures, null, 2)}\n`)
  if (values.markdown !== undefined) await writeFile(values.markdown, report.markdown)
}

if (values.help) console.log(usage)
else await main()
