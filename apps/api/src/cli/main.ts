import '@plinth/host/quick-load'
import { ContractError, ValidationFailed } from '@plinth/kernel'
import { commands } from './commands.ts'
import { UsageError } from './usage-error.ts'

/** `pnpm plinth <command>`: what operators do from a terminal. */
const [name = '--help', ...args] = process.argv.slice(2)

const help = () => {
  const width = Math.max(...Object.keys(commands).map(each => each.length))
  const lines = Object.entries(commands).map(([each, { summary }]) => `  ${each.padEnd(width)}  ${summary}`)
  return [
    'Usage: pnpm plinth <command> [options]',
    '',
    ...lines,
    '',
    'Each command answers --help.',
    '',
  ].join('\n')
}

const run = async (): Promise<void> => {
  if (name === '--help' || name === '-h' || name === 'help') return void process.stdout.write(help())
  const command = commands[name]
  if (command === undefined)
    throw new UsageError(`there is no command ${name}; pnpm plinth --help lists them`)
  if (args.includes('--help') || args.includes('-h'))
    return void process.stdout.write(`Usage: pnpm plinth ${name} ${command.usage}\n\n${command.summary}\n`)
  await command.run(args)
}

/** One line for what the operator can mend; the rest is a fault, and says so with its trace. */
const lineFor = async (error: unknown): Promise<string> => {
  if (error instanceof UsageError) return error.message
  if (ValidationFailed.is(error)) {
    const wrong = error.details.errors.map(each =>
      'pointer' in each ? `${each.pointer.slice(1)}: ${each.detail}` : `${each.parameter}: ${each.detail}`,
    )
    return `That is not valid: ${wrong.join(' ')}`
  }
  const { ConfigError } = await import('@plinth/host')
  if (error instanceof ConfigError || error instanceof ContractError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  await run()
} catch (error) {
  process.stderr.write(`plinth: ${await lineFor(error)}\n`)
  process.exitCode = 1
}
