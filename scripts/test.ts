/**
 * `pnpm test`: brings up the services tests use once, runs the tests of the root and of every package
 * against them, and closes with one line, `N passed, M failed`. Arguments go to `turbo run`, for instance
 * `--filter=@plinth/orders`.
 */
import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  describeService,
  type Service,
  type ServiceName,
  serviceKinds,
  serviceNames,
  startTestServices,
} from '@plinth/testing/setup'
import { closingLine, namedTests, readOutcomes, type TestOutcome, total } from './test-report.ts'

const root = join(import.meta.dirname, '..')

process.exitCode = await main(process.argv.slice(2))

async function main(turboArguments: string[]): Promise<number> {
  const outcomes: TestOutcome[] = []
  try {
    await using services = await startTestServices(serviceNames)
    for (const name of serviceNames) {
      const service = services.found[name]
      if (service) console.log(describeService(name, service))
    }
    outcomes.push(...(await runTests(turboArguments, environment(services.found))))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    outcomes.push(failure('the run itself'))
  }
  for (const outcome of outcomes) {
    if (outcome.failed > 0) console.log(`${outcome.failed} failed: ${outcome.name}`)
    for (const line of namedTests(outcome)) console.log(line)
  }
  const all = total(outcomes)
  console.log(closingLine(all))
  return all.failed > 0 || all.passed === 0 ? 1 : 0
}

/**
 * What every package's tests find: where each service is; the kinds in use, part of turbo's cache key; and the time of
 * the run, part of the key of tests that take another turn each time.
 */
function environment(found: Partial<Record<ServiceName, Service>>): Record<string, string> {
  const variables: Record<string, string> = {}
  const kinds: string[] = []
  for (const name of serviceNames) {
    const service = found[name]
    if (!service) continue
    variables[serviceKinds[name].variable] = service.origin === 'absent' ? 'none' : service.url
    kinds.push(`${name}=${service.origin}`)
  }
  return { ...variables, PLINTH_TEST_SERVICES: kinds.join(','), PLINTH_TEST_RUN: new Date().toISOString() }
}

async function runTests(turboArguments: string[], env: Record<string, string>): Promise<TestOutcome[]> {
  await rm(join(root, '.turbo', 'runs'), { recursive: true, force: true })
  const settings = ['--continue=always', '--concurrency=2', '--output-logs=new-only', '--summarize']
  const code = await run('turbo', ['run', 'test', 'test:root', ...settings, ...turboArguments], env)
  const outcomes = await readOutcomes(root)
  return code === 0 || total(outcomes).failed > 0 ? outcomes : [...outcomes, failure(`turbo, code ${code}`)]
}

function failure(name: string): TestOutcome {
  return { name, passed: 0, failed: 1, skipped: 0, broken: [], shaky: [] }
}

/** Runs a program of node_modules/.bin. A signal to this process is passed on, and the program awaited. */
function run(program: string, args: string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = join(root, 'node_modules', '.bin', program)
    const child = spawn(path, args, {
      cwd: root,
      env: { TURBO_TELEMETRY_DISABLED: '1', ...process.env, ...env },
      stdio: 'inherit',
    })
    let interrupted = false
    const pass = (signal: NodeJS.Signals) => {
      interrupted = true
      child.kill(signal)
    }
    process.on('SIGINT', pass).on('SIGTERM', pass)
    child.once('error', reject)
    child.once('exit', code => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(interrupted ? 130 : (code ?? 1))
    })
  })
}
