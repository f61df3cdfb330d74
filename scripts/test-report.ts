import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { secondTry } from '@plinth/testing/setup'
import { z } from 'zod'

/** How many tests went which way. */
export type Counts = { passed: number; failed: number; skipped: number }

/** How the tests of one package went, and which of them failed or passed on the second try alone. */
export type TestOutcome = Counts & { name: string; broken: string[]; shaky: string[] }

/** The part of turbo's run summary that is read. */
const turboRun = z.object({
  tasks: z.array(
    z.object({
      package: z.string(),
      command: z.string(),
      logFile: z.string().default(''),
      execution: z.object({ exitCode: z.number().nullish() }).nullish(),
    }),
  ),
})

/**
 * The outcomes of the run that turbo summarized in `<root>/.turbo/runs`, one for each package with tests. They
 * are read from the tasks' logs, which turbo also brings back for what it did not need to run again.
 */
export async function readOutcomes(root: string): Promise<TestOutcome[]> {
  const runs = join(root, '.turbo', 'runs')
  const [file] = await readdir(runs).catch(() => [])
  if (file === undefined) return []
  const { tasks } = turboRun.parse(JSON.parse(await readFile(join(runs, file), 'utf8')))
  return Promise.all(
    tasks
      .filter(task => task.command.includes('vitest'))
      .map(async task => {
        const log = await readFile(join(root, task.logFile), 'utf8').catch(() => '')
        return outcomeOf(
          task.package === '//' ? 'the root' : task.package,
          log,
          task.execution?.exitCode ?? 1,
        )
      }),
  )
}

/**
 * Counts what vitest's closing lines say. A file that failed as a whole, and a run that failed without a
 * failed test or closed without counts, is one failure more.
 */
export function outcomeOf(name: string, log: string, exitCode: number): TestOutcome {
  const text = stripVTControlCharacters(log)
  const files = lastLine(text, 'Test Files')
  const tests = lastLine(text, 'Tests')
  const failed = count(tests, 'failed')
  const whole = tests !== undefined && exitCode === 0
  return {
    name,
    passed: count(tests, 'passed'),
    failed: whole ? failed : Math.max(failed, count(files, 'failed'), 1),
    skipped: count(tests, 'skipped') + count(tests, 'todo'),
    broken: titles(text, ' FAIL '),
    shaky: titles(text, secondTry),
  }
}

/** All outcomes in one. */
export function total(outcomes: readonly Counts[]): Counts {
  return outcomes.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

/** A line for each test that failed, and for each that passed on the second try alone. */
export function namedTests({ name, broken, shaky }: TestOutcome): string[] {
  return [
    ...broken.map(title => `failed: ${name}: ${title}`),
    ...shaky.map(title => `second try: ${name}: ${title}`),
  ]
}

/** `12 passed, 0 failed`, and `, 3 skipped` where some were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function lastLine(text: string, title: string): string | undefined {
  return [...text.matchAll(new RegExp(`^\\s*${title}\\s+(.+)$`, 'gm'))].at(-1)?.[1]
}

/** What stands behind `mark` on the lines that begin with it, each once. */
function titles(text: string, mark: string): string[] {
  const found = text.split('\n').filter(line => line.startsWith(mark))
  return [...new Set(found.map(line => line.slice(mark.length).trim()))]
}

function count(line: string | undefined, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}\\b`).exec(line ?? '')?.[1] ?? 0)
}
