import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serviceUrl } from '@plinth/testing'
import { describe, expect, test } from 'vitest'
import { comingAlong, tryAlone } from '../src/alone.ts'
import { consumerOf } from '../src/consumer.ts'
import { expectedSql } from '../src/expected-sql.ts'
import { pack } from '../src/pack.ts'
import { createSurroundings } from '../src/surroundings.ts'
import { tarballProblems } from '../src/tarball-problems.ts'
import { ownTools } from '../src/try-out.ts'
import { publishedPackages } from '../src/workspace.ts'

const all = publishedPackages()
const domains = all.filter(each => consumerOf(each) !== undefined)
/** Every hour another one; `pnpm packed` has all packages. */
const one = domains[Math.floor(Date.now() / 3_600_000) % domains.length]
const postgres = serviceUrl('postgres')

test('there is a shop of somebody else for each domain', () => {
  expect(domains.map(({ shortName }) => shortName)).toEqual([
    'cart',
    'catalog',
    'notifications',
    'orders',
    'payments',
    'users',
  ])
})

describe.skipIf(postgres === undefined)(`pnpm packed ${one?.shortName}`, () => {
  test('it stands alone, installed by npm where nothing else is', { timeout: 600_000 }, async () => {
    if (one === undefined || postgres === undefined) throw new Error('there is nothing to try')
    const folder = mkdtempSync(join(tmpdir(), 'plinth-packed-'))
    try {
      const tarballs = await pack(comingAlong(all, one), folder)
      const own = tarballs.find(tarball => tarball.package === one)
      expect(await tarballProblems(own?.file ?? '', { sql: expectedSql(one) })).toEqual([])

      await using surroundings = await createSurroundings(one, { postgres, redis: undefined })
      const steps: string[] = []
      await tryAlone({
        package: one,
        all,
        tarballs,
        tools: ownTools,
        floor: false,
        surroundings: () => surroundings.fresh(),
        tell: step => steps.push(step),
      })
      expect(steps).toContain(`${one.shortName}.ts runs`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
