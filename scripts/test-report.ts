import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** How the tests of one package went. */
export type TestOutcome = { name: string; passed: number; failed: number; skipped: number }

/** The part of vitest's JSON report that is read. A file that did not load has no tests, and a status of its own. */
const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
})

/** The part of turbo's run summary that is read. `execution` is there for tasks that ran now. */
const turboRun = z.object({
  tasks: z.array(
    z.object({
      task: z.string(),
      package: z.string(),
      directory: z.string(),
      command: z.string(),
      execution: z.object({ exitCode: z.number().nullable() }).nullish(),
    }),
  ),
})

/** What one run of vitest reported. */
export type VitestReport = z.infer<typeof vitestReport>

/** A report, or undefined where none was written. */
export async function readReport(path: string): Promise<VitestReport | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : vitestReport.parse(JSON.parse(text))
}

/** The test tasks of the one run summarized in turbo's folder, empty when it wrote none. */
export async function readTurboRun(folder: string): Promise<z.infer<typeof turboRun>['tasks']> {
  const [file] = await readdir(folder).catch(() => [])
  if (file === undefined) return []
  const { tasks } = turboRun.parse(JSON.parse(await readFile(join(folder, file), 'utf8')))
  return tasks.filter(task => task.task === 'test' && task.command !== '<NONEXISTENT>')
}

/** Counts a report. A file that failed as a whole, and a program that failed without a failed test, count as one. */
export function outcomeOf(name: string, report: VitestReport | undefined, exitCode: number): TestOutcome {
  const broken = (report?.testResults ?? []).filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  const failed = (report?.numFailedTests ?? 0) + broken.length
  return {
    name,
    passed: report?.numPassedTests ?? 0,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  }
}

/** All outcomes in one. */
export function total(outcomes: readonly TestOutcome[]): Omit<TestOutcome, 'name'> {
  return outcomes.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

/** `12 passed, 0 failed`, and `, 3 skipped` where some were. */
export function closingLine({ passed, failed, skipped }: Omit<TestOutcome, 'name'>): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
