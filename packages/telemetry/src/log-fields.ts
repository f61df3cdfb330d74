import { AsyncLocalStorage } from 'node:async_hooks'

/** Named values that go with a log line. Secrets in them are redacted by name, at any depth. */
export type LogFields = Readonly<Record<string, unknown>>

/** What a piece of work has cost so far. */
export interface Tally {
  /** SQL statements, but for those that begin or end a transaction. */
  statements: number
  /** Transactions; a statement by itself is one, too. */
  transactions: number
}

/**
 * Runs `work` with these fields on every line logged from it and from whatever it starts. Inner calls add
 * to the fields of outer ones. It serves logs only: no transaction and no actor travels this way.
 *
 * @param tally counts what the work costs; without one, what is around it counts on
 */
export const withLogFields = <T>(fields: LogFields, work: () => T, tally?: Tally): T => {
  const outer = storage.getStore() ?? nothing
  return storage.run({ fields: { ...outer.fields, ...fields }, tally: tally ?? outer.tally }, work)
}

/** The fields in force here; empty outside of `withLogFields`. */
export const logFields = (): LogFields => (storage.getStore() ?? nothing).fields

/** What counts the cost of the work that is going on here, where somebody wants to know. */
export const tally = (): Tally | undefined => storage.getStore()?.tally

interface Scope {
  readonly fields: LogFields
  readonly tally: Tally | undefined
}

const storage = new AsyncLocalStorage<Scope>()
const nothing: Scope = { fields: {}, tally: undefined }
