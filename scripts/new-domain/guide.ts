import { cpSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

const folder = (root: string) => join(root, 'templates', 'reviews')
const patch = 'places.patch'

/** Does to generated reviews what docs/new-domain.md does: its files over theirs, and the lines to change elsewhere. */
export const followGuide = (root: string): void => {
  cpSync(folder(root), root, { recursive: true, filter: path => !path.endsWith(patch) })
  run(root, 'git', ['apply', join(folder(root), patch)])
}

/** Files that the guide gives whole or changes lines in. */
export const filesOfGuide = (root: string): string[] => [
  ...globSync('**/*.*', { cwd: folder(root) }).filter(path => path !== patch),
  ...Array.from(
    readFileSync(join(folder(root), patch), 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm),
    ([, path = '']) => path,
  ),
]

/** A piece of a file as the guide shows it. */
export interface Shown {
  readonly path: string
  readonly text: string
}

/** The pieces of files in a page: blocks whose first line says which file they are of. */
export const shownIn = (page: string): Shown[] =>
  Array.from(page.matchAll(/^```\w+ (\S+\/\S+)\n(.*?)^```$/gms), ([, path = '', text = '']) => ({
    path,
    text,
  }))
