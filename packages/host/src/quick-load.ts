import { readFileSync } from 'node:fs'
import { enableCompileCache, registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Has an effect on what is imported after it has run, so: import this, then load the rest dynamically.
 *
 * What a module asks for Node finds by itself each time, and looks for the package.json that says what kind of file it is,
 * and parses that: for each of the shop's 1,500 files anew, which is a third of its start. Here folders are looked at
 * once, and what a package asks for by name is found once for all of its files.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL, conditions } = context
    // What asks by `require` has such a memory.
    if (parentURL?.startsWith('file:') !== true || !conditions.includes('import'))
      return nextResolve(specifier, context)
    if (specifier.startsWith('.')) {
      const url = new URL(specifier, parentURL).href
      const format = formatOf(url)
      return format === undefined ? nextResolve(specifier, context) : { url, format, shortCircuit: true }
    }
    if (specifier.includes(':') || Object.keys(context.importAttributes).length > 0)
      return nextResolve(specifier, context)
    const asked = `${folderOf(parentURL).root} ${specifier}`
    const known = found.get(asked)
    if (known !== undefined) return { ...known, shortCircuit: true }
    const answer = nextResolve(specifier, context)
    found.set(asked, { url: answer.url, format: answer.format })
    return answer
  },
})

const found = new Map<string, { readonly url: string; readonly format: string | null | undefined }>()

/** Of a file that is asked for by its own name, as ES modules do; undefined where Node had better look itself. */
const formatOf = (url: string): string | undefined => {
  if (!/\.[jt]s$/.test(url) || !folderOf(url).isModule) return undefined
  return url.endsWith('.ts') ? 'module-typescript' : 'module'
}

/** What package a folder belongs to, and whether its files are ES modules. */
interface Folder {
  readonly root: string
  readonly isModule: boolean
}

const folders = new Map<string, Folder>()

const folderOf = (url: string): Folder => lookInto(dirname(fileURLToPath(url)))

const lookInto = (path: string): Folder => {
  const known = folders.get(path)
  if (known !== undefined) return known
  const folder = packageIn(path) ?? (dirname(path) === path ? nowhere : lookInto(dirname(path)))
  folders.set(path, folder)
  return folder
}

const nowhere: Folder = { root: '/', isModule: false }

const packageIn = (path: string): Folder | undefined => {
  try {
    const { type } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'))
    return { root: path, isModule: type === 'module' }
  } catch {
    return undefined
  }
}

// What is compiled, and what is left of TypeScript without its types, is kept for the next start: in a folder of the
// installation, since whoever can write there decides what runs. Where that cannot be written nothing is kept.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache', import.meta.url)))
