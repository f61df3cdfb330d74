import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Tarball } from './pack.ts'
import { run } from './run.ts'
import { root } from './workspace.ts'

/** What npm has installed, by name. */
export interface Installed {
  readonly names: ReadonlySet<string>
  /** Those that some library of others depends on. */
  readonly neededByOthers: ReadonlySet<string>
}

/** A project of somebody else's: a folder outside of the workspace in which npm has installed some packages. */
export interface Stranger extends Disposable {
  readonly folder: string
  readonly installed: Installed
  /** Puts a file into the folder. */
  write(path: string, text: string): void
}

/** What a stranger's project is made of. */
export interface StrangerOptions {
  /** What its `package.json` names, besides the types of Node. */
  readonly wants: readonly string[]
  /** All packages of ours that come along. */
  readonly tarballs: readonly Tarball[]
  /** Whether what ours share is the lowest version that they allow, not the latest. */
  readonly floor?: boolean
}

/** Installs packages with npm where nothing else is. */
export const createStranger = async ({
  wants,
  tarballs,
  floor = false,
}: StrangerOptions): Promise<Stranger> => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-stranger-'))
  const end = () => rmSync(folder, { recursive: true, force: true })
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  try {
    const ours = new Map(tarballs.map(({ package: { name }, file }) => [name, `file:${file}`]))
    const ranges = new Map(
      tarballs
        .flatMap(({ peers }) => Object.entries(peers))
        .map(([name, range]) => [name, floor ? range.replace(/^[~^]/, '') : range]),
    )
    // Not what is optional: whoever has no use for it does not have it.
    const needed = new Set(tarballs.flatMap(({ package: { needs } }) => needs))
    const shared = [...ranges.keys()].filter(name => needed.has(name))
    const direct = floor ? [...new Set([...wants, ...shared])] : wants
    const manifest = {
      name: 'stranger',
      version: '1.0.0',
      private: true,
      type: 'module',
      dependencies: Object.fromEntries(direct.map(name => [name, ours.get(name) ?? ranges.get(name) ?? '*'])),
      devDependencies: { '@types/node': '22' },
      overrides: Object.fromEntries([...ours].filter(([name]) => !direct.includes(name))),
    }
    write('package.json', JSON.stringify(manifest))
    await run('npm', ['install', '--cache', cacheFolder, ...quietly], { cwd: folder, timeoutMs: 300_000 })
    return { folder, installed: installedIn(folder), write, [Symbol.dispose]: end }
  } catch (error) {
    end()
    throw error
  }
}

/** npm's own store of what it has fetched, of these runs alone; `boundCache` keeps it small. */
export const cacheFolder = join(root, 'node_modules', '.cache', 'packed-npm')

const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--no-progress', '--loglevel', 'error']

const names = z.record(z.string(), z.string()).optional()
const lock = z.object({
  packages: z.record(z.string(), z.object({ dependencies: names, optionalDependencies: names })),
})

const installedIn = (folder: string): Installed => {
  const { packages } = lock.parse(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')))
  const installed = Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { dependencies, optionalDependencies }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      needs: Object.keys({ ...dependencies, ...optionalDependencies }),
    }))
  return {
    names: new Set(installed.map(({ name }) => name)),
    neededByOthers: new Set(
      installed.filter(({ name }) => !name.startsWith('@plinth/')).flatMap(({ needs }) => needs),
    ),
  }
}
