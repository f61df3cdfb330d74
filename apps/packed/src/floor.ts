import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'
import { cacheFolder } from './stranger.ts'
import type { Tools } from './try-out.ts'
import { root } from './workspace.ts'

/** The oldest that published packages are for: `engines` says so of Node, the README of TypeScript. */
const oldest = { node: '22.15.0', typescript: '5.9.3' }

/** Tools as old as they may be, installed beside npm's own store. */
export const floorTools = async (): Promise<Tools> => {
  const folder = join(root, 'node_modules', '.cache', 'packed-floor')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: oldest }))
  await run('npm', ['install', '--cache', cacheFolder, '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: folder,
  })
  const bin = join(folder, 'node_modules', '.bin')
  return { tsc: join(bin, 'tsc'), node: join(bin, 'node') }
}
