import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** A domain's migrations: the files `NNN-what-it-does.sql` of a folder, in the order of their names. */
export interface Migrations {
  readonly domain: string
  /** A `file:` URL that ends in a slash. */
  readonly directory: URL
}

/** One file of them. */
export interface MigrationFile {
  readonly domain: string
  /** The file's name. */
  readonly name: string
  readonly text: string
  /** SHA-256 of the text, in hex; line ends count as one line feed. */
  readonly checksum: string
}

/**
 * Where a package's migrations are: `<workspace>/sql/<domain>` in its sources, `<package>/sql` when it was installed.
 * The workspace's come first: while a package is packed it has a copy of its own, for a moment.
 *
 * @param moduleUrl `import.meta.url` of a module of the package
 */
export const migrationsOf = (domain: string, moduleUrl: string): Migrations => ({
  domain,
  directory: folderOf(moduleUrl, [`../../sql/${domain}/`, `sql/${domain}/`, 'sql/'], holdsMigrations),
})

/** What prepares a database, or the schema of one domain; in this package or in the workspace. */
export const setupText = (file: 'setup.sql' | 'schema.sql'): string =>
  readFileSync(
    new URL(
      file,
      folderOf(import.meta.url, ['../../sql/', 'sql/'], url => existsSync(new URL(file, url))),
    ),
    'utf8',
  )

/** Reads the files, in order. */
export const filesOf = ({ domain, directory }: Migrations): MigrationFile[] =>
  readdirSync(directory)
    .filter(name => isMigration.test(name))
    .sort()
    .map(name => {
      const text = readFileSync(new URL(name, directory), 'utf8').replaceAll('\r\n', '\n')
      return { domain, name, text, checksum: createHash('sha256').update(text).digest('hex') }
    })

const isMigration = /^\d{3}-[a-z0-9-]+\.sql$/

const holdsMigrations = (directory: URL): boolean =>
  existsSync(directory) && readdirSync(directory).some(name => isMigration.test(name))

const folderOf = (moduleUrl: string, places: readonly string[], holds: (directory: URL) => boolean): URL => {
  for (let folder = new URL('.', moduleUrl); ; folder = new URL('..', folder)) {
    if (existsSync(new URL('package.json', folder))) {
      const found = places.map(place => new URL(place, folder)).find(holds)
      if (found !== undefined) return found
      throw new Error(`there are no SQL files in ${places.join(', ')} of ${folder.pathname}`)
    }
    if (folder.pathname === '/' || new URL('..', folder).href === folder.href)
      throw new Error(`${moduleUrl} is in no package`)
  }
}
