/** `pnpm drill`: see help. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { topologies } from './topologies.ts'

const help = `Usage: pnpm drill [topology ...]

Runs the journeys and the contention tests of the api, unchanged, while domains are outside: each as a deployable of its
own, in its own process, as its own user of PostgreSQL, and over RabbitMQ in its own database. A topology is ${topologies.join(', ')},
or several domains with commas between them; all of those, unless given. Exit code 1 when a test fails.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
})

if (values.help) console.log(help)
else process.exitCode = await drill(positionals.length > 0 ? positionals : topologies)

async function drill(wanted: readonly string[]): Promise<number> {
  const outcomes: string[] = []
  let failed = 0
  for (const topology of wanted) {
    const started = performance.now()
    const code = await run(topology)
    const seconds = Math.round((performance.now() - started) / 1000)
    outcomes.push(`${code === 0 ? 'ok  ' : 'FAIL'}  ${topology} outside (${seconds} s)`)
    if (code !== 0) failed += 1
  }
  console.log(outcomes.join('\n'))
  return failed === 0 ? 0 : 1
}

async function run(topology: string): Promise<number> {
  const root = join(import.meta.dirname, '..')
  const child = spawn(join(root, '..', '..', 'node_modules', '.bin', 'vitest'), ['run'], {
    cwd: root,
    env: { ...process.env, PLINTH_TEST_TOPOLOGY: topology },
    stdio: 'inherit',
  })
  await once(child, 'exit')
  return child.exitCode ?? 1
}
