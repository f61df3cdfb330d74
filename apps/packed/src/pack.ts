import { existsSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { run } from './run.ts'
import { type PublishedPackage, readManifest, root } from './workspace.ts'

/** A package as it would be published. */
export interface Tarball {
  readonly package: PublishedPackage
  /** Where the `.tgz` lies. */
  readonly file: string
  /** What it shares with whoever installs it: the range of each. */
  readonly peers: Readonly<Record<string, string>>
}

const packed = z.object({ filename: z.string() })

/** Builds packages, and packs each into a folder, as `pnpm publish` would. */
export const pack = async (packages: readonly PublishedPackage[], into: string): Promise<Tarball[]> => {
  await run('tsc', ['-b', ...packages.map(({ directory }) => directory)], { cwd: root })
  const tarballs: Tarball[] = []
  for (const each of packages) {
    removeLeftovers(each.directory)
    const said = await run('pnpm', ['pack', '--json', '--pack-destination', into], { cwd: each.directory })
    const file = packed.parse(JSON.parse(said.slice(said.indexOf('{')))).filename
    const shipped = readManifest(await run('tar', ['-xzOf', file, 'package/package.json'], { cwd: into }))
    tarballs.push({ package: each, file, peers: shipped.peerDependencies })
  }
  return tarballs
}

/** What was built from sources that are gone by now: a build in a fresh clone does not have it. */
const removeLeftovers = (directory: string) => {
  for (const path of globSync('dist/**/*.{js,d.ts,js.map,d.ts.map}', { cwd: directory })) {
    const source = path.replace(/^dist/, 'src').replace(/\.(js|d\.ts)(\.map)?$/, '.ts')
    if (!existsSync(join(directory, source))) rmSync(join(directory, path))
  }
}
