/** `pnpm new:domain shipments`: see usage. docs/new-domain.md goes on from there. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { finish } from './finish.ts'
import { generate } from './generate.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..', '..')
const usage = `Usage: pnpm new:domain <name> [--thing <word>]

Makes a domain that works, from its contract to its routes: packages/<name>-contract, packages/<name>, sql/<name>, and
apps/<name>, which runs it as a deployable of its own. It is named where the shop is put together, so that apps/api serves it.
Nothing that is there is overwritten.

  <name>    in the plural, as in shipments: small letters and digits
  --thing   what it keeps, as in shipment; unless given, the name without its last s`

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      options: { thing: { type: 'string' }, help: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    const [domain, ...more] = positionals
    if (values.help || domain === undefined || more.length > 0) {
      console.log(usage)
      return values.help ? 0 : 1
    }
    await make(domain, values.thing)
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  }
}

async function make(name: string, thing: string | undefined): Promise<void> {
  const generated = generate(root, name, thing)
  run(root, 'pnpm', ['install', '--prefer-offline', '--no-frozen-lockfile'])
  await finish(root, generated)
  const { domain, added, changed } = generated
  console.log(`${added.length} files for ${domain}, and its name in ${changed.length} others:

${changed.map(path => `  ${path}`).join('\n')}

  pnpm check                                      all that can be said of it without running it
  pnpm turbo run test --filter "@plinth/${domain}*"    its own tests
  docs/new-domain.md                              how to make it yours`)
}
