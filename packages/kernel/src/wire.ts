import { z } from 'zod'
import { ContractError, errorKinds } from './error.ts'
import { Internal, ValidationFailed, type Violation } from './errors.ts'

/** A refusal as it crosses the network. */
export const wireError = z.object({
  code: z.string(),
  kind: z.enum(errorKinds),
  message: z.string(),
  details: z.unknown().optional(),
})

/** See {@link wireError}. */
export type WireError = z.infer<typeof wireError>

/** The wire form of an error; the cause and the stack stay behind. */
export const toWire = (error: unknown): WireError => {
  const { code, kind, message, details } = error instanceof ContractError ? error : Internal()
  return details === undefined ? { code, kind, message } : { code, kind, message, details }
}

/** The error that a wire form stands for. */
export const fromWire = ({ code, kind, message, details }: WireError): ContractError =>
  new ContractError(code, kind, message, details)

/** What a value looks like after crossing the wire as JSON. */
export const overTheWire = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))

/** The value as its schema sees it, or `validation_failed` naming every field that is wrong. */
export const parseInput = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw ValidationFailed({ errors: parsed.error.issues.flatMap(violationsOf) })
}

/** The violations behind one zod issue: unrecognised keys are named one by one. */
export const violationsOf = (issue: z.core.$ZodIssue): Violation[] => {
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [issue.path]
  const detail = issue.code === 'unrecognized_keys' ? 'There is no such field.' : issue.message
  return paths.map(path => ({ pointer: pointerTo(path), detail }))
}

/** An RFC 6901 JSON pointer. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
