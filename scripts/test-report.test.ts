import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secondTry } from '@plinth/testing/setup'
import { expect, test } from 'vitest'
import { closingLine, namedTests, outcomeOf, readOutcomes, total } from './test-report.ts'

const log = (files: string, tests: string) =>
  [
    '\u001b[32m ✓ \u001b[39msrc/a.test.ts (3 tests) 12ms',
    '',
    ` Test Files  ${files}`,
    `      Tests  ${tests}`,
    '   Duration  1.20s',
  ].join('\n')

test('passed, failed, skipped and to-do tests are counted, colours or not', () => {
  const coloured = log(
    '\u001b[1m\u001b[31m1 failed\u001b[39m\u001b[22m (2)',
    '\u001b[31m1 failed\u001b[39m | 30 passed | 2 skipped | 3 todo (36)',
  )
  expect(outcomeOf('orders', coloured, 1)).toMatchObject({
    name: 'orders',
    passed: 30,
    failed: 1,
    skipped: 5,
  })
  expect(outcomeOf('orders', log('1 passed (1)', '3 passed (3)'), 0)).toMatchObject({
    passed: 3,
    failed: 0,
    skipped: 0,
  })
})

test('a file that did not load is a failure', () => {
  expect(outcomeOf('orders', log('2 failed | 1 passed (3)', '4 passed (4)'), 1)).toMatchObject({
    passed: 4,
    failed: 2,
  })
})

test('a run that failed and told of no failure is one', () => {
  expect(outcomeOf('orders', '', 1)).toMatchObject({ passed: 0, failed: 1 })
  expect(outcomeOf('orders', log('1 passed (1)', '5 passed (5)'), 1)).toMatchObject({ passed: 5, failed: 1 })
})

test('a run that passed and told of no tests is a failure: nothing was counted', () => {
  expect(outcomeOf('orders', 'something else', 0)).toMatchObject({ passed: 0, failed: 1 })
})

test('each test that failed, or passed on the second try alone, is named once', () => {
  const text = [
    '\u001b[41m FAIL \u001b[49m src/a.test.ts > it sells (initial run, 1st retry)',
    ' FAIL  src/a.test.ts > it sells (initial run, 1st retry)',
    `${secondTry}tests/b.test.ts > it refunds`,
    log('1 failed (2)', '1 failed | 5 passed (6)'),
  ].join('\n')
  expect(namedTests(outcomeOf('orders', text, 1))).toEqual([
    'failed: orders: src/a.test.ts > it sells (initial run, 1st retry)',
    'second try: orders: tests/b.test.ts > it refunds',
  ])
})

test('what a test prints is not taken for the closing lines', () => {
  const chatty = `Tests  900 passed (900)\n${log('1 passed (1)', '5 passed (5)')}`
  expect(outcomeOf('orders', chatty, 0)).toMatchObject({ passed: 5 })
})

test('the closing line adds up, and speaks of skipped tests only when there are some', () => {
  const [one, two] = [
    { name: 'a', passed: 3, failed: 0, skipped: 0 },
    { name: 'b', passed: 4, failed: 1, skipped: 2 },
  ]
  expect(closingLine(total([one]))).toBe('3 passed, 0 failed')
  expect(closingLine(total([one, two]))).toBe('7 passed, 1 failed, 2 skipped')
  expect(closingLine(total([]))).toBe('0 passed, 0 failed')
})

test('of a turbo run, the tasks that ran vitest are read, and one that never came to run has failed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'plinth-report-'))
  const task = (name: string, command: string, execution?: { exitCode: number }) => ({
    package: name,
    command,
    logFile: `${name.replaceAll('/', '-')}.log`,
    execution,
  })
  try {
    await mkdir(join(root, '.turbo', 'runs'), { recursive: true })
    const tasks = [
      task('orders', 'vitest run', { exitCode: 0 }),
      { package: 'cart', command: '<NONEXISTENT>' },
      task('//', 'vitest run'),
    ]
    await writeFile(join(root, '.turbo', 'runs', 'x.json'), JSON.stringify({ tasks }))
    await writeFile(join(root, 'orders.log'), log('1 passed (1)', '5 passed (5)'))
    expect(await readOutcomes(root)).toEqual([
      { name: 'orders', passed: 5, failed: 0, skipped: 0, broken: [], shaky: [] },
      { name: 'the root', passed: 0, failed: 1, skipped: 0, broken: [], shaky: [] },
    ])
    expect(await readOutcomes(join(root, 'elsewhere'))).toEqual([])
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
