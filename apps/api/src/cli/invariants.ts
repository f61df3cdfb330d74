import '@plinth/host/quick-load'
import { parseArgs } from 'node:util'
import type { Finding } from '@plinth/invariants'
import { tell } from './tell.ts'
import { UsageError } from './usage-error.ts'

/** `pnpm invariants`: whether all that must hold does, in the database of a shop, running or not. */
const help = `Usage: pnpm invariants [--json] [--at-rest]

Checks what must hold in a shop's database: stock, money, orders, events and mail. It only reads, and sees
everything as of one moment, so it may run beside an open shop. The database is what DATABASE_URL names, or
else the embedded one under DATA_DIR. What settles by itself has a minute to do so; while something that the shop
needs is away for longer, or the shop is closed, what waits for it is reported.

  --json      one JSON document: { "ok", "findings": [{ "theme", "name", "violations", "samples" }] }
  --at-rest   nothing may wait for anything any more, however young it is

Exits with 0 when everything holds, 1 when something does not, 2 when that could not be found out.
`

const main = async (): Promise<void> => {
  const { help: asked, json, 'at-rest': atRest } = options()
  if (asked) return void process.stdout.write(help)
  const { findingsOf } = await import('./find-violations.ts')
  const findings = await findingsOf({ atRest })
  const ok = findings.every(({ violations }) => violations === 0)
  tell(json ? JSON.stringify({ ok, findings }, undefined, 2) : reportOf(findings))
  process.exitCode = ok ? 0 : 1
}

const options = () => {
  try {
    const flag = { type: 'boolean', default: false } as const
    return parseArgs({ options: { json: flag, 'at-rest': flag, help: { ...flag, short: 'h' } } }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'these options do not fit')
  }
}

const reportOf = (findings: readonly Finding[]): string => {
  const groups = [...Map.groupBy(findings, ({ theme }) => theme)]
  const lines = groups.flatMap(([theme, found]) => [theme, ...found.flatMap(linesOf), ''])
  const violated = findings.filter(({ violations }) => violations > 0).length
  const verdict =
    violated === 0
      ? `All ${findings.length} invariants hold.`
      : `${violated} of ${findings.length} invariants are VIOLATED.`
  return [...lines, verdict].join('\n')
}

const linesOf = ({ name, violations, samples }: Finding): string[] => {
  const verdict = violations === 0 ? 'ok' : 'VIOLATED'
  return [
    `  ${verdict.padEnd(8)} ${String(violations).padStart(6)}  ${name}`,
    ...samples.map(sample => `${' '.repeat(19)}${JSON.stringify(sample)}`),
  ]
}

try {
  await main()
} catch (error) {
  const told = error instanceof UsageError || !(error instanceof Error) ? String(error) : error.stack
  process.stderr.write(`invariants: ${error instanceof UsageError ? error.message : told}\n`)
  process.exitCode = 2
}
