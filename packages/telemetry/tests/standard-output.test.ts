import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const logger = join(import.meta.dirname, '..', 'src', 'logger.ts')

/** Runs a program that has a `logger`, to its end or until it is killed after what it should have written. */
const run = async (program: string, until?: string): Promise<string[]> => {
  const source = `import { createLogger } from ${JSON.stringify(logger)}
    const logger = createLogger({ level: 'info', service: 'test' })
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (until !== undefined && output.includes(until)) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return output
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).msg)
}

const numbered = Array.from({ length: 500 }, (_, n) => `line ${n}`)

test('all lines are there, in order, when a process ends by itself', async () => {
  expect(await run('for (let n = 0; n < 500; n++) logger.info("line " + n)')).toEqual(numbered)
})

test('all lines are there when a process exits at once', async () => {
  expect(await run('for (let n = 0; n < 500; n++) logger.info("line " + n); process.exit(1)')).toEqual(
    numbered,
  )
})

test('a line comes within moments, though the process goes on', async () => {
  expect(await run('logger.info("listening"); setTimeout(() => {}, 60_000)', 'listening')).toEqual([
    'listening',
  ])
})

test('a warning and what came before it are written before anything else happens', async () => {
  expect(
    await run('logger.info("first"); logger.warn("second"); process.kill(process.pid, "SIGKILL")'),
  ).toEqual(['first', 'second'])
})
