import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { problemAffectsResolutionKind } from '@arethetypeswrong/core/problems'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { run } from './run.ts'
import { readManifest } from './workspace.ts'

/** What is expected of a tarball beyond what every one is. */
export interface Expectations {
  /** Files that must be inside, with what they hold. */
  readonly sql: ReadonlyMap<string, string>
}

/**
 * What is wrong with a tarball: publint and Are The Types Wrong have nothing to say (ESM alone is meant), its manifest
 * names nothing of the workspace, its migrations are inside as they are in the workspace, and every source map leads
 * to a source.
 */
export const tarballProblems = async (file: string, { sql }: Expectations): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-tarball-'))
  try {
    await run('tar', ['-xzf', file, '-C', folder], { cwd: folder })
    const paths = (await run('tar', ['-tzf', file], { cwd: folder }))
      .split('\n')
      .filter(path => path !== '' && !path.endsWith('/'))
      .map(path => path.replace(/^package\//, ''))
    const read = (path: string) => readFileSync(join(folder, 'package', path), 'utf8')
    const bytes = readFileSync(file)
    return [
      ...manifestProblems(read('package.json')),
      ...fileProblems(paths, read, sql),
      ...(await publintProblems(bytes)),
      ...(await typesProblems(bytes)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const manifestProblems = (text: string): string[] => {
  const { dependencies, peerDependencies } = readManifest(text)
  return Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([, version]) => /^(workspace|catalog|file|link):/.test(version))
    .map(([name, version]) => `it ships with ${name} at ${version}`)
}

const fileProblems = (
  paths: readonly string[],
  read: (path: string) => string,
  sql: ReadonlyMap<string, string>,
): string[] => [
  ...['README.md', 'LICENSE'].filter(path => !paths.includes(path)).map(path => `${path} is not inside`),
  ...[...sql].flatMap(([path, text]) => {
    if (!paths.includes(path)) return [`${path} is not inside`]
    return read(path) === text ? [] : [`${path} is another one than in the workspace`]
  }),
  ...paths
    .filter(path => path.startsWith('sql/') && !sql.has(path))
    .map(path => `${path} is inside and not in the workspace`),
  ...paths.filter(path => /\.test(-d)?\.ts$/.test(path)).map(path => `${path} is a test`),
  ...paths
    .filter(path => path.endsWith('.map'))
    .flatMap(path => {
      const map: { sources: string[] } = JSON.parse(read(path))
      return map.sources
        .map(source => posix.join(dirname(path), source))
        .filter(source => !paths.includes(source))
        .map(source => `${path} leads to ${source}, which is not inside`)
    }),
]

const publintProblems = async (bytes: Buffer): Promise<string[]> => {
  const tarball = Uint8Array.from(bytes).buffer
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  return messages.map(message => formatMessage(message, pkg) ?? message.code)
}

/** The ways of finding modules that count: those of ESM. `require` and Node 10 find nothing here, and are not meant to. */
const resolutions = ['node16-esm', 'bundler'] as const

const typesProblems = async (bytes: Buffer): Promise<string[]> => {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)))
  if (analysis.types === false) return ['it has no types']
  return analysis.problems
    .filter(problem => resolutions.some(kind => problemAffectsResolutionKind(problem, kind, analysis)))
    .map(problem => `are the types wrong: ${JSON.stringify(problem)}`)
}
