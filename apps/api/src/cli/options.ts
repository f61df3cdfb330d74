import { type ParseArgsConfig, parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

/** An option with a value: `--email <address>`. */
export const text = { type: 'string' } as const

/** An option that is there or not. */
export const flag = { type: 'boolean' } as const

/** The options that a command was called with; throws a `UsageError` for any other. */
export const options = <Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  spec: Options,
) => {
  try {
    return parseArgs({ args, options: spec, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'these options do not fit')
  }
}
