import { DeadlineExceeded, remaining, type TxContext } from '@plinth/kernel'

/** Keeps a statement from being sent that nobody waits for any more. */
export const refuseLate = (context: TxContext): void => {
  if (context.signal?.aborted) throw DeadlineExceeded(undefined, { cause: context.signal.reason })
  if (remaining(context) === 0) throw DeadlineExceeded()
}

/**
 * The promise, or the end of the caller's patience if that is first. The work goes on by itself; what it does then
 * is up to whoever started it.
 */
export const within = <T>(context: TxContext, work: Promise<T>): Promise<T> => {
  const { signal } = context
  const left = remaining(context)
  if (signal === undefined && left === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const abort = () => leave(() => reject(DeadlineExceeded(undefined, { cause: signal?.reason })))
    const timer =
      left === undefined ? undefined : setTimeout(() => leave(() => reject(DeadlineExceeded())), left)
    const leave = (then: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      then()
    }
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    work.then(
      value => leave(() => resolve(value)),
      (error: unknown) => leave(() => reject(error)),
    )
  })
}
