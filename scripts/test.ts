/**
 * `pnpm test`: brings up the services tests use once, runs the tests of the root and of every package
 * against them, and closes with one line, `N passed, M failed`. Arguments go to `turbo run test`.
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
import { closingLine, outcomeOf, readReport, readTurboRun, type TestOutcome, total } from './test-report.ts'

const root = join(import.meta.dirname, '..')
const report = join('.plinth-report', 'vitest.json')
const turboRuns = join(root, '.turbo', 'runs')
const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]

process.exitCode = await main(process.argv.slice(2))

async function main(turboArguments: string[]): Promise<number> {
  const outcomes: TestOutcome[] = []
  try {
    await using services = await startTestServices(serviceNames)
    for (const name of serviceNames) {
      const service = services.found[name]
      if (service) console.log(describeService(name, service))
    }
    const env = { ...process.env, ...environment(services.found) }
    if (turboArguments.length === 0) outcomes.push(await testRoot(env))
    outcomes.push(...(await testPackages(turboArguments, env)))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    outcomes.push({ name: 'the test run itself', passed: 0, failed: 1, skipped: 0 })
  }
  const all = total(outcomes)
  for (const outcome of outcomes) if (outcome.failed > 0) console.log(`failed: ${outcome.name}`)
  console.log(closingLine(all))
  return all.failed > 0 || all.passed === 0 ? 1 : 0
}

/** What every package's tests find: where each service is, and the kinds in use, part of turbo's cache key. */
function environment(found: Partial<Record<ServiceName, Service>>): Record<string, string> {
  const entries = serviceNames.flatMap(name => {
    const service = found[name]
    return service ? [{ name, service }] : []
  })
  return {
    ...Object.fromEntries(
      entries.map(({ name, service }) => [
        serviceKinds[name].variable,
        service.origin === 'absent' ? 'none' : service.url,
      ]),
    ),
    PLINTH_TEST_SERVICES: entries.map(({ name, service }) => `${name}=${service.origin}`).join(','),
  }
}

async function testRoot(env: NodeJS.ProcessEnv): Promise<TestOutcome> {
  await rm(join(root, report), { force: true })
  const code = await run('vitest', ['run', ...reporting], env)
  return outcomeOf('the root', await readReport(join(root, report)), code)
}

async function testPackages(turboArguments: string[], env: NodeJS.ProcessEnv): Promise<TestOutcome[]> {
  await rm(turboRuns, { recursive: true, force: true })
  const turbo = [
    'run',
    'test',
    '--continue=always',
    '--concurrency=2',
    '--output-logs=new-only',
    '--summarize',
  ]
  const code = await run('turbo', [...turbo, ...turboArguments, '--', ...reporting], env)
  const tasks = await readTurboRun(turboRuns)
  const outcomes = await Promise.all(
    tasks.map(async task =>
      outcomeOf(
        task.package,
        await readReport(join(root, task.directory, report)),
        task.execution?.exitCode ?? 0,
      ),
    ),
  )
  const told = total(outcomes).failed > 0
  return code === 0 || told
    ? outcomes
    : [...outcomes, { name: `turbo (code ${code})`, passed: 0, failed: 1, skipped: 0 }]
}

/** Runs a program of node_modules/.bin. A signal to this process is passed on, and the program awaited. */
function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'node_modules', '.bin', program), args, {
      cwd: root,
      env,
      stdio: 'inherit',
    })
    const pass = (signal: NodeJS.Signals) => child.kill(signal)
    process.on('SIGINT', pass).on('SIGTERM', pass)
    child.once('error', reject)
    child.once('exit', code => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(code ?? 1)
    })
  })
}
