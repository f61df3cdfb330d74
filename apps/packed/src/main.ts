import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startTestServices } from '@plinth/testing/setup'
import { comingAlong, tryAlone } from './alone.ts'
import { expectedSql } from './expected-sql.ts'
import { floorTools } from './floor.ts'
import { pack, type Tarball } from './pack.ts'
import { createSurroundings } from './surroundings.ts'
import { tarballProblems } from './tarball-problems.ts'
import { ownTools } from './try-out.ts'
import { type PublishedPackage, publishedPackages } from './workspace.ts'

const help = `Usage: pnpm packed [options] [package ...]

Packs each package, or those that are named (orders, kernel, ...), looks at the tarball, and has npm install it in an
empty folder with what its README tells to install. There every entry is imported, types are checked as node16 and as
a bundler find them, and the README's example runs; for a domain a shop of somebody else's, too.

  --tarballs   look at the tarballs and install nothing
  --floor      with the lowest versions that are promised: of Node, of TypeScript, and of what our packages share

PostgreSQL and Redis are those that TEST_DATABASE_URL and TEST_REDIS_URL name, or private ones.`

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      tarballs: { type: 'boolean', default: false },
      floor: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const all = publishedPackages()
  const unknown = positionals.filter(name => !all.some(({ shortName }) => shortName === name))
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `There is no ${unknown.join(', ')} to publish.\n\n${help}` : help)
    return unknown.length > 0 ? 1 : 0
  }
  const chosen = all.filter(({ shortName }) => positionals.length === 0 || positionals.includes(shortName))
  const folder = mkdtempSync(join(tmpdir(), 'plinth-packed-'))
  try {
    const needed = values.tarballs ? chosen : [...new Set(chosen.flatMap(each => comingAlong(all, each)))]
    const tarballs = await pack(needed, folder)
    const failed = [...(await lookAt(chosen, tarballs))]
    if (!values.tarballs) failed.push(...(await tryEach(chosen, all, tarballs, values.floor)))
    console.log(`${chosen.length} packages, ${failed.length} problems`)
    return failed.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is wrong with the tarballs, told as it is found. */
async function lookAt(chosen: readonly PublishedPackage[], tarballs: readonly Tarball[]): Promise<string[]> {
  const found: string[] = []
  for (const { package: each, file } of tarballs.filter(tarball => chosen.includes(tarball.package))) {
    for (const problem of await tarballProblems(file, { sql: expectedSql(each) })) {
      found.push(`${each.name}: ${problem}`)
      console.log(`FAIL  ${each.name}: ${problem}`)
    }
  }
  return found
}

/** Which packages do not stand alone. */
async function tryEach(
  chosen: readonly PublishedPackage[],
  all: readonly PublishedPackage[],
  tarballs: readonly Tarball[],
  floor: boolean,
): Promise<string[]> {
  await using services = await startTestServices(['postgres', 'redis'])
  const urlOf = (name: 'postgres' | 'redis') => {
    const service = services.found[name]
    return service !== undefined && 'url' in service ? service.url : undefined
  }
  const postgres = urlOf('postgres')
  if (postgres === undefined) throw new Error('there is no PostgreSQL to be had')
  const tools = floor ? await floorTools() : ownTools
  const failed: string[] = []
  for (const each of chosen) {
    const begun = performance.now()
    await using surroundings = await createSurroundings(each, { postgres, redis: urlOf('redis') })
    const along = comingAlong(all, each)
    const steps: string[] = []
    try {
      await tryAlone({
        package: each,
        all,
        tarballs: tarballs.filter(tarball => along.includes(tarball.package)),
        tools,
        floor,
        surroundings: () => surroundings.fresh(),
        tell: step => steps.push(`${step} (${((performance.now() - begun) / 1000).toFixed(1)} s)`),
      })
      console.log(
        `ok    ${each.name}: ${steps.join('; ')} (${((performance.now() - begun) / 1000).toFixed(1)} s)`,
      )
    } catch (error) {
      failed.push(each.name)
      console.log(
        `FAIL  ${each.name}: after ${steps.join('; ') || 'nothing'}\n${error instanceof Error ? error.message : error}`,
      )
    }
  }
  return failed
}
