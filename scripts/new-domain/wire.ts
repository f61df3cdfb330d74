import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inWordsOf, type Names } from './names.ts'
import { places } from './places.ts'

/**
 * The texts of the workspace in which a new domain is named, with its name in them.
 *
 * @throws Error that says which place is not as it was
 */
export const wired = (root: string, names: Names): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const { path, at, where, text } of places) {
    const there = texts.get(path) ?? readFileSync(join(root, path), 'utf8')
    const found = [...there.matchAll(anywhereOf(at))]
    const [{ 0: match = '', index } = { index: 0 }] = found
    if (found.length !== 1)
      throw new Error(`${path} has ${JSON.stringify(at)} not once: mend it, or scripts/new-domain/places.ts`)
    const own = inWordsOf(names, text)
    const cut = where === 'before' ? index : index + match.length
    texts.set(path, there.slice(0, cut) + own + there.slice(cut))
  }
  return texts
}

/** The formatter may have put a list on lines of its own since. */
const anywhereOf = (at: string): RegExp => new RegExp(at.split(', ').map(escaped).join(',\\s+'), 'g')

const escaped = (text: string) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
