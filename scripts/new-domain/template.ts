import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { inWordsOf, type Names } from './names.ts'
import { sorted } from './sorted.ts'

/** The files of a domain of shipments, by path from the root: what every new domain is made after. */
export const readTemplate = (root: string): ReadonlyMap<string, string> => {
  const folder = join(root, 'templates', 'domain')
  return new Map(
    globSync(['**/*.*', '.changeset/*.md'], { cwd: folder })
      .map(path => path.replaceAll('\\', '/'))
      .sort()
      .map(path => [path, readFileSync(join(folder, path), 'utf8')]),
  )
}

/** The files of a new domain. Its packages are of the version of all others, and live where the workspace does. */
export const filesOf = (
  template: ReadonlyMap<string, string>,
  names: Names,
  root: string,
): ReadonlyMap<string, string> => {
  const { version } = manifestIn(root, 'packages/kernel')
  const { repository } = manifestIn(root, '.')
  return new Map(
    [...template].map(([path, text]) => {
      const written = inWordsOf(names, text)
      return [
        inWordsOf(names, path),
        path.endsWith('/package.json') ? stamped(written, version, repository) : written,
      ]
    }),
  )
}

const manifest = z.looseObject({
  version: z.string(),
  repository: z.looseObject({ directory: z.string().optional() }).optional(),
})

const manifestIn = (root: string, folder: string) =>
  manifest.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')))

/** With the fields in the order that they are in, and what it stands on by name. */
const stamped = (text: string, version: string, repository: object | undefined): string => {
  const said: unknown = JSON.parse(text)
  const { repository: own } = manifest.parse(said)
  return `${JSON.stringify(
    said,
    (key, value: unknown) => {
      if (key === 'version') return version
      if (key === 'repository') return { ...repository, directory: own?.directory }
      return /dependencies$/i.test(key) ? sorted(z.record(z.string(), z.string()).parse(value)) : value
    },
    2,
  )}\n`
}
