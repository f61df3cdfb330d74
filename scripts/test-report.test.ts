import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closingLine, outcomeOf, readReport, readTurboRun, total } from './test-report.ts'

const reportOf = (
  passed: number,
  failed: number,
  skipped = 0,
  files: { status: string; assertionResults: { status: string }[] }[] = [],
) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
  numTodoTests: 0,
  testResults: files,
})

test('counts what was reported', () => {
  expect(outcomeOf('orders', reportOf(3, 1, 2), 1)).toEqual({
    name: 'orders',
    passed: 3,
    failed: 1,
    skipped: 2,
  })
})

test('a file that did not load is a failure', () => {
  const files = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ]
  expect(outcomeOf('orders', reportOf(2, 1, 0, files), 1)).toMatchObject({ passed: 2, failed: 2 })
})

test('a run that failed and reported nothing, or no failed test, is a failure', () => {
  expect(outcomeOf('orders', undefined, 1)).toMatchObject({ passed: 0, failed: 1 })
  expect(outcomeOf('orders', reportOf(5, 0), 1)).toMatchObject({ passed: 5, failed: 1 })
  expect(outcomeOf('orders', reportOf(5, 0), 0)).toMatchObject({ passed: 5, failed: 0 })
})

test('the closing line adds up, and speaks of skipped tests only when there are some', () => {
  const [one, two] = [outcomeOf('a', reportOf(3, 0), 0), outcomeOf('b', reportOf(4, 1, 2), 1)]
  expect(closingLine(total([one]))).toBe('3 passed, 0 failed')
  expect(closingLine(total([one, two]))).toBe('7 passed, 1 failed, 2 skipped')
  expect(closingLine(total([]))).toBe('0 passed, 0 failed')
})

test('a missing report is none; one that is not a report is an error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-report-'))
  try {
    expect(await readReport(join(folder, 'none.json'))).toBeUndefined()
    expect(await readTurboRun(join(folder, 'none'))).toEqual([])
    await writeFile(join(folder, 'odd.json'), '{"numPassedTests":"many"}')
    await expect(readReport(join(folder, 'odd.json'))).rejects.toThrow('numPassedTests')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('of a turbo run, test tasks with a script of their own are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-report-'))
  try {
    const task = (name: string, of: string, command: string) => ({
      task: name,
      package: of,
      directory: `packages/${of}`,
      command,
    })
    const tasks = [
      { ...task('test', 'orders', 'vitest run'), execution: { exitCode: 1 } },
      task('test', 'cart', '<NONEXISTENT>'),
      task('topo', 'orders', 'something'),
    ]
    await writeFile(join(folder, 'run.json'), JSON.stringify({ tasks }))
    expect(
      (await readTurboRun(folder)).map(({ package: name, execution }) => [name, execution?.exitCode]),
    ).toEqual([['orders', 1]])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
