import type { PublishedPackage } from './workspace.ts'

/** A file that a README shows: its fence says the language and the name, as in "ts example.ts". */
export interface ShownFile {
  readonly path: string
  readonly text: string
}

/** The files that a README shows. One of them is `example.ts`, the use of the package alone. */
export const shownFiles = ({ name, readme }: PublishedPackage): ShownFile[] => {
  const files = Array.from(readme.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms), ([, path = '', text = '']) => ({
    path,
    text,
  }))
  if (!files.some(({ path }) => path === 'example.ts'))
    throw new Error(`the README of ${name} has no example.ts`)
  return files
}

/** What the README tells to install before the example is run. */
export const toldToInstall = ({ name, readme }: PublishedPackage): string[] => {
  const told = Array.from(readme.matchAll(/^npm install ((?:[^\n]*\\\n)*[^\n#]*)/gm), ([, names = '']) =>
    names.trim().split(/[\s\\]+/),
  )
  if (told.length === 0) throw new Error(`the README of ${name} does not say what to install`)
  return told.flat()
}

/** The packages that a TypeScript file imports, Node's own left out. */
export const importedBy = (text: string): string[] => [
  ...new Set(
    Array.from(text.matchAll(/\bfrom '([^.'][^']*)'/g), ([, from = '']) =>
      from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/'),
    ).filter(name => !name.startsWith('node:')),
  ),
]
