import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tarball } from './pack.ts'
import type { Installed } from './stranger.ts'
import { type PublishedPackage, readManifest } from './workspace.ts'

/** What was installed, and what it was installed for. */
export interface Company {
  readonly all: readonly PublishedPackage[]
  readonly tarballs: readonly Tarball[]
  /** What the README tells to install besides. */
  readonly told: readonly string[]
  readonly installed: Installed
}

/**
 * Of the libraries that some package of ours stands on, those alone are there that one of the packages that came along
 * needs, or a library of those: a cart brings no mail library. The rule of the architecture says the same of the manifests; this is what npm
 * has made of them.
 */
export const checkCompany = ({ all, tarballs, told, installed }: Company): void => {
  const isOurs = new Set(all.map(({ name }) => name))
  const needed = new Set([...tarballs.flatMap(({ package: { needs } }) => needs), ...told])
  const others = [...new Set(all.flatMap(librariesOf))].filter(name => !isOurs.has(name) && !needed.has(name))
  const unasked = others.filter(name => installed.names.has(name) && !installed.neededByOthers.has(name))
  if (unasked.length > 0) throw new Error(`it brings ${unasked.join(', ')}, and has no use for them`)
  const strangers = [...isOurs].filter(
    name => installed.names.has(name) && !tarballs.some(({ package: each }) => each.name === name),
  )
  if (strangers.length > 0) throw new Error(`it brings ${strangers.join(', ')} without saying so`)
}

/** All that a package of ours may stand on, the libraries of its further entries too. */
const librariesOf = ({ directory }: PublishedPackage): string[] => {
  const said = readManifest(readFileSync(join(directory, 'package.json'), 'utf8'))
  return [...Object.keys(said.dependencies), ...Object.keys(said.peerDependencies)]
}
