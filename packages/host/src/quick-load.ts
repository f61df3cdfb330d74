import { enableCompileCache, registerHooks } from 'node:module'

/**
 * Has an effect on what is imported after it has run, so: import this, then load the rest dynamically.
 *
 * Node parses the package.json of a package once for each file it loads from it, to learn the format of
 * the file. That of drizzle-orm is 180 KB and it has some 250 files: a second of every start. All of them are
 * ES modules where one of them asks for another by a relative path, and that is what the hook says.
 * Compiled code is kept outside production, where the same sources are started again and again.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL, conditions } = context
    if (!specifier.startsWith('.') || parentURL === undefined || !conditions.includes('import'))
      return nextResolve(specifier, context)
    if (!parentURL.includes('/drizzle-orm/') || !specifier.endsWith('.js'))
      return nextResolve(specifier, context)
    return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true }
  },
})
if (process.env.NODE_ENV !== 'production') enableCompileCache()
