import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkCompany } from '../src/company.ts'
import { importedBy, shownFiles, toldToInstall } from '../src/readme.ts'
import { run } from '../src/run.ts'
import { tarballProblems } from '../src/tarball-problems.ts'
import { publishedPackages } from '../src/workspace.ts'

/** A small package that nothing is wrong with. */
const sound: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({
    name: '@plinth/sample',
    version: '1.0.0',
    description: 'A sample',
    license: 'MIT',
    type: 'module',
    engines: { node: '>=22.15' },
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist', 'src', 'sql'],
    dependencies: { zod: '^4.0.0' },
  }),
  'README.md': '# Sample',
  LICENSE: 'MIT',
  'dist/index.js': 'export const one = 1;\n//# sourceMappingURL=index.js.map\n',
  'dist/index.js.map': JSON.stringify({ version: 3, sources: ['../src/index.ts'], mappings: '' }),
  'dist/index.d.ts': 'export declare const one = 1;\n',
  'src/index.ts': 'export const one = 1\n',
  'sql/001-sample.sql': 'select 1;',
}
const sql = new Map([['sql/001-sample.sql', 'select 1;']])

/** What is found in the sample with some of its files changed; undefined takes one away. */
const problemsWith = async (changes: Readonly<Record<string, string | undefined>>): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-sample-'))
  try {
    for (const [path, text] of Object.entries({ ...sound, ...changes })) {
      if (text === undefined) continue
      const file = join(folder, 'package', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    await run('tar', ['-czf', 'sample.tgz', 'package'], { cwd: folder })
    return await tarballProblems(join(folder, 'sample.tgz'), { sql })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const manifestWith = (changes: object) =>
  JSON.stringify({ ...JSON.parse(sound['package.json'] ?? ''), ...changes })

test('nothing is wrong with a sound tarball', async () => {
  expect(await problemsWith({})).toEqual([])
})

test.each([
  [
    'a manifest that names the workspace',
    { 'package.json': manifestWith({ dependencies: { zod: 'catalog:' } }) },
    /catalog:/,
  ],
  [
    'an entry that is not inside',
    { 'dist/index.js': undefined, 'dist/index.js.map': undefined },
    /dist\/index\.js/,
  ],
  ['no types', { 'dist/index.d.ts': undefined }, /types/],
  ['types that lead nowhere', { 'dist/index.d.ts': "export * from './gone.ts'\n" }, /types wrong/],
  ['no migrations', { 'sql/001-sample.sql': undefined }, /001-sample\.sql is not inside/],
  ['another migration', { 'sql/001-sample.sql': 'select 2;' }, /another one/],
  ['a map without its source', { 'src/index.ts': undefined }, /leads to src\/index\.ts/],
  ['a test', { 'src/index.test.ts': '' }, /is a test/],
  ['no license', { LICENSE: undefined }, /LICENSE/],
])('a tarball with %s is told of', async (_, changes, expected) => {
  expect((await problemsWith(changes)).join('\n')).toMatch(expected)
})

const all = publishedPackages()

test('a library that nobody asked for is told of, and a package of ours that nobody declares', () => {
  const kernel = all.filter(({ shortName }) => shortName === 'kernel')
  const tarballs = kernel.map(each => ({ package: each, file: '', peers: {} }))
  const company = (...installed: string[]) => {
    const neededByOthers = new Set(['semver'])
    return checkCompany({ all, tarballs, told: [], installed: { names: new Set(installed), neededByOthers } })
  }
  expect(() => company('zod', '@plinth/kernel', 'semver')).not.toThrow()
  expect(() => company('zod', '@plinth/kernel', 'nodemailer')).toThrow('nodemailer')
  expect(() => company('zod', '@plinth/kernel', '@plinth/audit')).toThrow('@plinth/audit')
})

test.each(all)('the README of $name tells to install what its files import', each => {
  const shown = shownFiles(each).map(({ text }) => text)
  const told = toldToInstall(each)
  expect(told[0]).toBe(each.name)
  expect(importedBy(shown.join('\n')).filter(name => !told.includes(name))).toEqual([])
})
