/** `pnpm new:domain shipments`: see usage. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generate } from './generate.ts'
import { noteContract } from './note-contract.ts'

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
  const { domain, added, changed } = generate(root, name, thing)
  run('pnpm', ['install', '--prefer-offline', '--no-frozen-lockfile'])
  await noteContract(root, domain)
  run(process.execPath, ['scripts/map/main.ts'])
  const sources = [...added, ...changed].filter(path => /\.(ts|json|md)$/.test(path))
  run('biome', ['check', '--write', '--log-level=error', ...sources])
  console.log(`${added.length} files for ${domain}, and its name in ${changed.length} others:

${changed.map(path => `  ${path}`).join('\n')}

  pnpm check                                      all that can be said of it without running it
  pnpm turbo run test --filter "@plinth/${domain}*"    its own tests`)
}

function run(program: string, args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
}
