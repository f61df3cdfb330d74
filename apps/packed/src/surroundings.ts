import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Migrations, migrate } from '@plinth/postgres'
import { createDatabaseOn, startMailSink } from '@plinth/testing'
import { type PublishedPackage, root } from './workspace.ts'

/** Where services are that programs may need. */
export interface Services {
  readonly postgres: string
  readonly redis: string | undefined
}

/** What programs find in their environment. */
export interface Surroundings extends AsyncDisposable {
  /** Variables for one more program: a database of its own each time. */
  fresh(): Promise<Readonly<Record<string, string>>>
}

/** Databases, Redis and a mail server for the programs of one package. */
export const createSurroundings = async (
  { shortName }: PublishedPackage,
  { postgres, redis }: Services,
): Promise<Surroundings> => {
  const mail = await startMailSink()
  const databases: AsyncDisposable[] = []
  return {
    async fresh() {
      const name = `plinth_packed_${shortName.replace('-', '_')}_${randomBytes(4).toString('hex')}`
      const database = await createDatabaseOn(postgres, name)
      databases.push(database)
      // What must hold in a shop's database is asked of one that has all schemas.
      if (shortName === 'invariants')
        await migrate({ pool: { url: database.url }, migrations: everyMigration() })
      return {
        DATABASE_URL: database.url,
        SMTP_URL: mail.url,
        ...(redis !== undefined && { REDIS_URL: redis }),
      }
    },
    async [Symbol.asyncDispose]() {
      for (const database of databases) await database[Symbol.asyncDispose]()
      await mail[Symbol.asyncDispose]()
    },
  }
}

const everyMigration = (): Migrations[] =>
  readdirSync(join(root, 'sql'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => ({ domain: name, directory: pathToFileURL(`${join(root, 'sql', name)}/`) }))
