import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until `check` passes and gives what it gave: it passes when it neither throws nor returns `false`.
 * Tried at once, then `every` milliseconds (default 25) until `within` milliseconds (default 5000) are over;
 * then it rejects with the last failure, the time waited in its message.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { within = 5000, every = 25 }: { within?: number; every?: number } = {},
): Promise<Exclude<T, false>> {
  const begun = performance.now()
  for (;;) {
    const tried = await attempt(check)
    if (tried.passed) return tried.value
    const waited = performance.now() - begun
    if (waited + every > within) throw tooLate(tried.failure, waited)
    await sleep(every)
  }
}

type Attempt<T> = { passed: true; value: Exclude<T, false> } | { passed: false; failure: unknown }

async function attempt<T>(check: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await check()
    return isNotFalse(value)
      ? { passed: true, value }
      : { passed: false, failure: new Error('the condition did not hold') }
  } catch (failure) {
    return { passed: false, failure }
  }
}

function isNotFalse<T>(value: T): value is Exclude<T, false> {
  return value !== false
}

/** The failure itself, so that an assertion's diff survives. */
function tooLate(failure: unknown, waited: number): unknown {
  if (failure instanceof Error) failure.message += ` (waited ${Math.round(waited)} ms)`
  return failure
}
