import { AsyncLocalStorage } from 'node:async_hooks'

/** Named values that go with a log line. Secrets in them are redacted by name, at any depth. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Runs `work` with these fields on every line logged from it and from whatever it starts. Inner calls add
 * to the fields of outer ones. It serves logs only: no transaction and no actor travels this way.
 */
export const withLogFields = <T>(fields: LogFields, work: () => T): T =>
  storage.run({ ...storage.getStore(), ...fields }, work)

/** The fields in force here; empty outside of `withLogFields`. */
export const logFields = (): LogFields => storage.getStore() ?? none

const storage = new AsyncLocalStorage<LogFields>()
const none: LogFields = {}
