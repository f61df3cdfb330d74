/**
 * Packs every public package as it would be published, and looks at the tarball: publint finds nothing, it has
 * what its entry names, the domain's migrations are inside, and nothing of the workspace leaks into its manifest.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const manifest = z.looseObject({
  name: z.string(),
  private: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
})
const packed = z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })

const problems: string[] = []
const folder = mkdtempSync(join(tmpdir(), 'plinth-pack-'))
try {
  const folders = globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map(path => join(root, path, '..'))
  for (const directory of folders) await check(directory)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
for (const problem of problems) console.log(problem)
process.exitCode = problems.length === 0 ? 0 : 1

async function check(directory: string): Promise<void> {
  const { name, private: isPrivate } = manifest.parse(
    JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')),
  )
  if (isPrivate === true) return
  const said = execFileSync('pnpm', ['pack', '--json', '--pack-destination', folder], {
    cwd: directory,
    encoding: 'utf8',
  })
  const { filename, files } = packed.parse(JSON.parse(said))
  const paths = files.map(({ path }) => path)
  if (!paths.includes('dist/index.js') || !paths.includes('dist/index.d.ts'))
    problems.push(`${name}: its entry is not in the tarball`)
  if (!paths.includes('README.md')) problems.push(`${name}: has no README`)
  const domain = name.replace('@plinth/', '')
  const sources = globSync(`sql/${sqlFolderOf(domain)}/*.sql`, { cwd: root }).length
  const inside = paths.filter(path => /^sql\/.*\.sql$/.test(path)).length
  if (sources > inside) problems.push(`${name}: ${sources - inside} of its migrations are not in the tarball`)
  const shipped = manifest.parse(
    JSON.parse(execFileSync('tar', ['-xzOf', filename, 'package/package.json'], { encoding: 'utf8' })),
  )
  for (const [dependency, version] of Object.entries(shipped.dependencies ?? {})) {
    if (/^(workspace|catalog|file|link):/.test(version))
      problems.push(`${name}: ships with ${dependency} at ${version}`)
  }
  const tarball = readFileSync(filename)
  const { messages, pkg } = await publint({
    pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength) },
    strict: true,
  })
  for (const message of messages) problems.push(`${name}: ${formatMessage(message, pkg) ?? message.code}`)
}

/** Which folder of `sql/` a package brings along. */
function sqlFolderOf(domain: string): string {
  return domain === 'http' ? 'gateway' : domain
}
