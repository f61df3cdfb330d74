import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finish } from './finish.ts'
import { type Generated, generate } from './generate.ts'
import { filesOfGuide, followGuide, shownIn } from './guide.ts'
import { run } from './run.ts'
import { copyWorkspace, linkPackages } from './workspace-copy.ts'

const root = join(import.meta.dirname, '..', '..')
const guide = readFileSync(join(root, 'docs', 'new-domain.md'), 'utf8')
/** Machines may be slow, and busy. */
const patient = { timeout: 300_000 }

let copy: string
const generated: Generated[] = []

/** What is on the path here, without what this run of tests says of itself. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))
const runs = (folder: string, program: string, ...args: string[]) =>
  run(join(copy, folder), join(copy, 'node_modules', '.bin', program), args, env)

const make = async (domain: string) => {
  generated.push(generate(copy, domain))
  linkPackages(root, copy)
  const made = generated.at(-1)
  if (made !== undefined) await finish(copy, made)
}

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'plinth-new-domain-'))
  copyWorkspace(root, copy)
  linkPackages(root, copy)
  await make('reviews')
  followGuide(copy)
  linkPackages(root, copy)
  await make('shipments')
}, patient.timeout)
afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('two new domains, as generated and as the guide goes on from there,', () => {
  it('are formatted as everything else', patient, () => {
    const written = generated.flatMap(({ added, changed }) => [...added, ...changed])
    const sources = [...new Set([...written, ...filesOfGuide(root)])].filter(path =>
      /\.(ts|json|md)$/.test(path),
    )
    runs('.', 'biome', 'check', '--error-on-warnings', ...sources)
  })

  it('fit together with all that knows of them', patient, () => {
    const include = ['apps/api/src', 'apps/api/tests/fuzz', 'packages/host/src']
    const own = ['reviews', 'shipments'].flatMap(name => [
      `apps/${name}/src`,
      ...['src', 'tests'].map(folder => `packages/${name}/${folder}`),
      `packages/${name}-contract/src`,
    ])
    const project = { extends: './tsconfig.json', include: [...include, ...own, 'scripts/architecture'] }
    writeFileSync(join(copy, 'tsconfig.new-domain.json'), JSON.stringify(project))
    runs('.', 'tsc', '-p', 'tsconfig.new-domain.json')
  })

  it('keep the rules of the house, and are on its map', patient, () => {
    runs('.', 'vitest', 'run', 'scripts/architecture', 'scripts/map')
    expect(runs('.', 'sherif')).toMatch(/No issues found/)
  })

  it.each(['shipments-contract', 'shipments', 'reviews-contract', 'reviews'])(
    'pass their own tests: %s',
    patient,
    name => {
      runs(`packages/${name}`, 'vitest', 'run')
    },
  )
})

describe('docs/new-domain.md', () => {
  const shown = shownIn(guide)

  it('shows what these tests have compiled and run', () => {
    expect(shown.length).toBeGreaterThan(10)
    for (const { path, text } of shown) expect(readFileSync(join(copy, path), 'utf8')).toContain(text)
  })

  it('names every file that it takes', () => {
    const unnamed = filesOfGuide(root).filter(path => !guide.includes(path))
    expect(unnamed).toEqual([])
  })
})
