/** Hears a message; what it throws is logged and concerns nobody else. */
export type BusHandler = (message: unknown) => void | Promise<void>

/**
 * Tells every process something that may be lost: nobody waits, nothing is kept, nothing is sent again.
 * Messages are JSON. What must arrive goes through the outbox.
 */
export interface Bus extends AsyncDisposable {
  /** Resolves whether or not anybody was reached; an outage is not the caller's problem. */
  publish(channel: string, message: unknown): Promise<void>
  /**
   * Calls `handler` for each message, the process's own included, until the function it returns is called.
   * `onGap` is called when messages may have been missed: after each (re)connection.
   */
  subscribe(channel: string, handler: BusHandler, onGap?: () => void): () => void
}
