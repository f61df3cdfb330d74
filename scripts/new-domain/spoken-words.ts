import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Words that a new domain cannot be called, since they mean something else where its name will stand: reserved ones, and
 * those of the texts in which it becomes an identifier.
 */
export const spokenWords = (root: string, texts: Iterable<string>): ReadonlySet<string> => {
  const spoken = new Set([...ofTypeScript, ...ofPostgres, ...ofSchemas])
  const composition = readFileSync(join(root, 'apps', 'api', 'src', 'compose.ts'), 'utf8')
  for (const text of [...texts, composition])
    for (const [word] of code(text).matchAll(/[A-Za-z]\w*/g)) if (!/shipment/i.test(word)) spoken.add(word)
  return spoken
}

/** A source text without its comments and plain strings. */
const code = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|'[^'\n]*'/gm, ' ')

const ofTypeScript = words(`
  await break case catch class const continue debugger default delete do else enum eval export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static super
  switch this throw true try typeof undefined var void while with yield`)

const ofPostgres = words(`
  all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current default deferrable desc distinct do else end except false fetch for foreign
  freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like
  limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
  references returning right select similar some symmetric table tablesample then to trailing true union unique user using
  variadic verbose when where window with`)

/** Schemas that every database has, or that the shop keeps for itself. */
const ofSchemas = words('public plinth gateway')

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
