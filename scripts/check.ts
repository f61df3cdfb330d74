/**
 * `pnpm check`: everything that can be said of the code without running the shop. Each step names itself,
 * how long it took, and on failure shows what it printed.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

const steps: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'architecture', command: ['vitest', 'run', 'scripts/architecture', '--reporter=dot'] },
  { name: 'the map of the architecture', command: ['node', 'scripts/map/main.ts', '--check'] },
  { name: 'no dead code, no unused dependency', command: ['knip', '--no-config-hints'] },
  { name: 'one version of each dependency', command: ['sherif'] },
  { name: 'packages build', command: ['turbo', 'run', 'build', '--output-logs=errors-only'] },
  { name: 'packages pack', command: ['node', 'apps/packed/src/main.ts', '--tarballs'] },
]

process.exitCode = await main(process.argv.slice(2))

async function main(only: string[]): Promise<number> {
  if (only.includes('--help')) {
    console.log(
      `Usage: pnpm check [word ...]\n\nRuns the steps whose names hold one of the words, or all:\n${steps.map(({ name }) => `  ${name}`).join('\n')}`,
    )
    return 0
  }
  const chosen = steps.filter(({ name }) => only.length === 0 || only.some(word => name.includes(word)))
  let failed = 0
  for (const { name, command } of chosen) {
    const started = performance.now()
    const { code, output } = await run(command)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`)
    if (code === 0) continue
    failed += 1
    console.log(output)
  }
  console.log(`${chosen.length - failed} of ${chosen.length} checks hold`)
  return failed === 0 ? 0 : 1
}

function run([program, ...args]: readonly [string, ...string[]]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    })
    let output = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    child.stderr.on('data', chunk => {
      output += chunk
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code: code ?? 1, output }))
  })
}
