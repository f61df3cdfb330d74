import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { wiredAccess } from './access-rows.ts'
import { namesFor } from './names.ts'
import { spokenWords } from './spoken-words.ts'
import { filesOf, readTemplate } from './template.ts'
import { wired } from './wire.ts'
import { wiredManifests } from './wire-manifests.ts'

/** What was written, by path from the root. */
export interface Generated {
  readonly domain: string
  /** Files that were not there. */
  readonly added: readonly string[]
  /** Files in which the domain is named now. */
  readonly changed: readonly string[]
}

/**
 * Writes a new domain into the workspace under a root, and names it where the shop is put together. Nothing is written
 * unless all can be, and what is there is never overwritten.
 *
 * @throws Error whose message is for the terminal
 */
export const generate = (root: string, domain: string, thing?: string): Generated => {
  const taken = ['apps', 'packages', 'sql']
    .map(folder => `${folder}/${domain}`)
    .find(path => /^\w+$/.test(domain) && existsSync(join(root, path)))
  if (taken !== undefined) throw new Error(`${taken} is there already`)
  const template = readTemplate(root)
  const names = namesFor(domain, thing, spokenWords(root, template.values()))
  const added = filesOf(template, names, root)
  const there = [...added.keys()].find(path => existsSync(join(root, path)))
  if (there !== undefined) throw new Error(`${there} is there already`)

  const changed = new Map([...wired(root, names), ...wiredManifests(root, names), wiredAccess(root, names)])
  for (const [path, text] of [...added, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return { domain, added: [...added.keys()], changed: [...changed.keys()] }
}
