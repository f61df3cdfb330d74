import { join } from 'node:path'
import { run } from './run.ts'
import type { Stranger } from './stranger.ts'
import { root } from './workspace.ts'

/** With what a stranger checks and runs. */
export interface Tools {
  /** The program that checks types. */
  readonly tsc: string
  /** The program that runs. */
  readonly node: string
}

/** Those of the workspace. */
export const ownTools: Tools = { tsc: join(root, 'node_modules', '.bin', 'tsc'), node: process.execPath }

/**
 * Checks what a stranger has written, and the types of our packages that it uses, by both ways of finding modules; then
 * leaves the JavaScript in `out/`. As node16 the declarations of libraries are checked, too; what is wrong in those of
 * others is wrong without us.
 */
export const checkTypes = async (
  stranger: Stranger,
  files: readonly string[],
  { tsc }: Tools,
): Promise<void> => {
  for (const [moduleResolution, module] of [
    ['bundler', 'preserve'],
    ['node16', 'node16'],
  ] as const) {
    const config = `tsconfig.${moduleResolution}.json`
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2023',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: moduleResolution === 'bundler',
      rewriteRelativeImportExtensions: true,
      rootDir: '.',
      outDir: 'out',
    }
    stranger.write(config, JSON.stringify({ compilerOptions, files }))
    const said = await run(tsc, ['-p', config, '--pretty', 'false'], { cwd: stranger.folder }).catch(
      (error: Error) => error.message,
    )
    const complaints = said.split('\n').filter(line => /^[^ ].*\berror TS/.test(line) && !isOfOthers(line))
    if (complaints.length > 0)
      throw new Error(`moduleResolution ${moduleResolution}:\n${complaints.join('\n')}`)
  }
}

const isOfOthers = (line: string) =>
  line.startsWith('node_modules/') && !line.startsWith('node_modules/@plinth/')

/** Runs a program that `checkTypes` has left in `out/`, with nothing of our environment but what is given. */
export const runProgram = (
  stranger: Stranger,
  file: string,
  env: Readonly<Record<string, string>>,
  { node }: Tools,
): Promise<string> =>
  run(node, [join('out', file.replace(/\.ts$/, '.js'))], {
    cwd: stranger.folder,
    env: { PATH: process.env.PATH, HOME: stranger.folder, ...env },
    timeoutMs: 60_000,
  })
