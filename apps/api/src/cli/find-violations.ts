import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError, layFoundations } from '@plinth/host'
import { type CheckOptions, checkInvariants, type Finding } from '@plinth/invariants'
import { ContractError } from '@plinth/kernel'
import { paymentsContract } from '@plinth/payments-contract'
import { StatementFailed } from '@plinth/postgres'
import { configuration } from './configuration.ts'
import { UsageError } from './usage-error.ts'

/**
 * Checks the database that DATABASE_URL names, whatever else is configured; or the embedded one of a shop that
 * is open, or one that is started for the purpose.
 */
export const findingsOf = async (options: CheckOptions): Promise<Finding[]> => {
  try {
    const { DATABASE_URL: named, NODE_ENV } = process.env
    if (named) return await check(named, options)
    if (NODE_ENV === 'production') throw new UsageError('DATABASE_URL is not set')
    return await checkEmbedded(options)
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.problems.join('; '), { cause: error }) : error
  }
}

const checkEmbedded = async (options: CheckOptions): Promise<Finding[]> => {
  const config = await configuration()
  if (config.DATABASE_URL !== undefined) return check(config.DATABASE_URL, options)
  if (!existsSync(join(resolve(config.DATA_DIR), 'postgres')))
    throw new UsageError(`DATABASE_URL is not set, and there is no database under ${config.DATA_DIR} yet`)
  await using foundations = await layFoundations(config, line => process.stderr.write(`${line}\n`))
  return await check(foundations.databaseUrl, options)
}

const check = async (url: string, options: CheckOptions): Promise<Finding[]> => {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError('DATABASE_URL must be a URL that starts with postgres://')
  const { SANDBOX_URL: sandbox } = process.env
  const journal = sandbox ? await journalAt(sandbox) : undefined
  try {
    return await checkInvariants(url, { ...options, ...(journal && { journal }) })
  } catch (error) {
    throw lineFor(error) ?? error
  }
}

/** All that a sandbox which runs by itself has done. */
const journalAt = async (sandbox: string) => {
  try {
    const answer = await fetch(new URL('/journal', sandbox), { signal: AbortSignal.timeout(60_000) })
    return paymentsContract.operations.readJournal.output.parse(await answer.json()).data
  } catch (error) {
    throw new UsageError('the sandbox does not answer; is SANDBOX_URL right?', { cause: error })
  }
}

/** What the operator can mend, in a line. */
const lineFor = (error: unknown): UsageError | undefined => {
  if (error instanceof StatementFailed) {
    const empty = error.code === undefinedTable || error.code === undefinedSchema
    return new UsageError(
      empty
        ? 'the database is not up to date; run pnpm plinth migrate'
        : `the database says: ${error.message}`,
      { cause: error },
    )
  }
  if (error instanceof ContractError && (error.kind === 'unavailable' || error.kind === 'deadline'))
    return new UsageError('the database does not answer; is DATABASE_URL right?', { cause: error })
  return undefined
}

const undefinedTable = '42P01'
const undefinedSchema = '3F000'
