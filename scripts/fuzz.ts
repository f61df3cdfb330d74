/** `pnpm fuzz`: see help. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const help = `Usage: pnpm fuzz [--requests 10000] [--seed N]

Sends requests to every operation of a shop of its own, right ones and broken ones, as everybody: no answer may be
a 5xx, take more than five seconds, or not fit the OpenAPI document. The same seed makes the same requests.
Uses the database that TEST_DATABASE_URL names, or the embedded one. Exit code 1 on any finding.

  --requests N   how many
  --seed N       what they are made of; today's date unless given`

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: new Date().toISOString().slice(0, 10).replaceAll('-', '') },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else if (![values.requests, values.seed].every(text => /^[1-9]\d{0,8}$/.test(text))) {
  console.error('--requests and --seed are whole numbers above 0; --help says more.')
  process.exitCode = 1
} else {
  const root = join(import.meta.dirname, '..')
  const child = spawn(join(root, 'node_modules', '.bin', 'vitest'), ['run', 'tests/fuzz.test.ts'], {
    cwd: join(root, 'apps', 'api'),
    env: { ...process.env, FUZZ_REQUESTS: values.requests, FUZZ_SEED: values.seed },
    stdio: 'inherit',
  })
  child.once('exit', code => {
    process.exitCode = code ?? 1
  })
}
