import { spawn } from 'node:child_process'

/** How a program is run. */
export interface RunOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds, after which it is ended and counts as failed; 120,000 unless given. */
  readonly timeoutMs?: number
}

/** A program ended with something other than 0: the message is what it said. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
}

/** Runs a program to its end and gives what it wrote to standard output. */
export const run = (
  program: string,
  args: readonly string[],
  { cwd, env = process.env, timeoutMs = 120_000 }: RunOptions,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs })
    let output = ''
    let errors = ''
    child.stdout.on('data', chunk => {
      output += chunk
    })
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output)
      else
        reject(
          new RunFailed(
            `${program} ${args.join(' ')} ended with ${signal ?? code}\n${output}\n${errors}`.trim(),
          ),
        )
    })
  })
