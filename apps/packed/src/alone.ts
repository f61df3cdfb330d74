import { checkCompany } from './company.ts'
import { consumerOf } from './consumer.ts'
import { everyEntry } from './every-entry.ts'
import type { Tarball } from './pack.ts'
import { importedBy, shownFiles, toldToInstall } from './readme.ts'
import { createStranger } from './stranger.ts'
import { checkTypes, runProgram, type Tools } from './try-out.ts'
import { type PublishedPackage, withNeeds } from './workspace.ts'

/** How a package is tried alone. */
export interface AloneOptions {
  readonly package: PublishedPackage
  readonly all: readonly PublishedPackage[]
  /** One for each of `comingAlong`. */
  readonly tarballs: readonly Tarball[]
  readonly tools: Tools
  /** Whether what ours share is the lowest version that they allow, not the latest. */
  readonly floor: boolean
  /** What its programs find in their environment: `DATABASE_URL` and the like, for each program anew. */
  readonly surroundings: () => Promise<Readonly<Record<string, string>>>
  /** Hears of each step that was taken. */
  readonly tell: (step: string) => void
}

/** Which packages of ours come along when one is tried alone. */
export const comingAlong = (all: readonly PublishedPackage[], one: PublishedPackage): PublishedPackage[] => {
  const named = namedFor(one)
  return [
    ...new Set(
      [one, ...all.filter(({ name }) => named.includes(name))].flatMap(each => withNeeds(all, each)),
    ),
  ]
}

/**
 * A package where nothing else is: npm installs what its README tells, and no library comes along that it has no use
 * for; every entry can be imported; the types fit; the README's example runs; and for a domain a shop of somebody
 * else's. Rejects with what did not hold.
 */
export const tryAlone = async (options: AloneOptions): Promise<void> => {
  const { package: one, all, tarballs, tools, floor, surroundings, tell } = options
  const shown = shownFiles(one)
  const consumer = consumerOf(one)
  const told = toldToInstall(one)
  const untold = importedBy(shown.map(({ text }) => text).join('\n')).filter(name => !told.includes(name))
  if (untold.length > 0) throw new Error(`its README does not tell to install ${untold.join(', ')}`)

  using stranger = await createStranger({ wants: namedFor(one), tarballs, floor })
  tell('installs')
  checkCompany({ all, tarballs, told, installed: stranger.installed })
  tell('brings no library that it has no use for')

  for (const { path, text } of [...shown, ...(consumer?.files ?? [])]) stranger.write(path, text)
  stranger.write('entries.ts', everyEntry(one))
  const programs = ['entries.ts', 'example.ts', ...(consumer === undefined ? [] : [consumer.program])]
  await checkTypes(stranger, programs, tools)
  tell('types fit under node16 and bundler')
  for (const program of programs) {
    await runProgram(stranger, program, await surroundings(), tools)
    tell(`${program} runs`)
  }
}

/** What the stranger's manifest names: what the README tells, and what the shop of somebody else's imports. */
const namedFor = (one: PublishedPackage): string[] => {
  const files = consumerOf(one)?.files ?? []
  return [...new Set([...toldToInstall(one), ...files.flatMap(({ text }) => importedBy(text))])]
}
