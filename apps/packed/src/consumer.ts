import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ShownFile } from './readme.ts'
import type { PublishedPackage } from './workspace.ts'

/** A shop of somebody else's with one domain of ours in it. */
export interface Consumer {
  /** What is run. */
  readonly program: string
  readonly files: readonly ShownFile[]
}

/** The shop of somebody else's for a domain; undefined for what is none. */
export const consumerOf = ({ shortName }: PublishedPackage): Consumer | undefined => {
  const folder = join(import.meta.dirname, 'consumers')
  const program = `${shortName}.ts`
  if (!existsSync(join(folder, program))) return undefined
  const files = [program, 'door.ts'].map(path => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
  return { program, files }
}
