/** The command was not called the way it wants to be. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
