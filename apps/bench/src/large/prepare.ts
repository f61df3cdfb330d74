import { readdirSync } from 'node:fs'
import { migrate } from '@plinth/postgres'

const folder = new URL('../../../../sql/', import.meta.url)

/** Brings the schemas of a whole shop up to date. */
export const prepare = async (url: string): Promise<void> => {
  const domains = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  const migrations = domains.map(({ name }) => ({ domain: name, directory: new URL(`${name}/`, folder) }))
  await migrate({ pool: { url }, migrations })
}
