import { remaining, type TxContext } from './context.ts'
import { ContractError } from './error.ts'
import { DeadlineExceeded } from './errors.ts'

/** Throws `deadline_exceeded` when nobody waits any more. */
export const refuseLate = (context: TxContext): void => {
  if (remaining(context) === 0) throw DeadlineExceeded()
}

/**
 * Does work that should keep to the context's deadline and signal, and gives up on work that does not,
 * with `deadline_exceeded`. The signal handed on fires at either.
 */
export const inTime = <T>(context: TxContext, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const { signal } = context
    const controller = new AbortController()
    const giveUp = () => {
      reject(DeadlineExceeded(undefined, { cause: signal?.reason }))
      controller.abort()
    }
    const timer = timerFor(context, giveUp)
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
    }
    if (signal?.aborted) giveUp()
    else signal?.addEventListener('abort', giveUp, { once: true })
    Promise.resolve(controller.signal).then(work).then(resolve, reject).finally(settle)
  })

/** Whether an error says no more than that the context's own signal has fired. */
export const isCutShort = ({ signal }: TxContext, error: unknown): boolean => {
  if (!signal?.aborted || error instanceof ContractError) return false
  const { reason } = signal
  return (
    error === reason || (error instanceof Error && (error.name === 'AbortError' || error.cause === reason))
  )
}

/** The longest that a timer of JavaScript waits; told to wait longer it fires at once. */
export const longestTimer = 2 ** 31 - 1

const timerFor = (context: TxContext, giveUp: () => void) => {
  const left = remaining(context)
  return left === undefined || left > longestTimer ? undefined : setTimeout(giveUp, left)
}
