import type { Reporter } from 'vitest/node'

/** How a line begins that names a test which passed only when it was tried again. */
export const secondTry = 'Passed on the second try: '

/** Names each test that passed only when it was tried again, and why it did not at first: vitest's own reporter keeps quiet about them. */
export const namesSecondTries: Reporter = {
  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return
    console.log(`${secondTry}${test.module.relativeModuleId} > ${test.fullName}`)
    for (const { message, stack } of test.result()?.errors ?? [])
      console.log(`  at first: ${message}\n${stack ?? ''}`)
  },
}
