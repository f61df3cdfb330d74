/** One thing an operator can do. */
export interface Command {
  readonly summary: string
  readonly usage: string
  readonly run: (args: string[]) => Promise<void>
}
