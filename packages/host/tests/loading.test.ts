import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const source = (file: string) => new URL(`../src/${file}`, import.meta.url).href

/** What a process says that runs this module. */
const said = async (module: string): Promise<unknown> => {
  const run = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', module], {
    maxBuffer: 2 ** 24,
  })
  return JSON.parse(run.stdout)
}

/** The files that the host is made of, and as what they are read. */
const filesOf = (before: string) =>
  said(`
    import { registerHooks } from 'node:module'
    const files = new Map()
    registerHooks({ load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      files.set(url, loaded.format)
      return loaded
    } })
    ${before}
    files.clear()
    await import('${source('index.ts')}')
    console.log(JSON.stringify([...files].sort()))`)

it('what is loaded quickly is what Node would have loaded', async () => {
  const quickly = await filesOf(`await import('${source('quick-load.ts')}')`)
  expect(quickly).toEqual(await filesOf(''))
  expect(quickly).toContainEqual([source('open-host.ts'), 'module-typescript'])
})

it('however much is made and thrown away, what is new takes no more than 32 MiB', async () => {
  const young = (before: string) =>
    said(`
      import { getHeapSpaceStatistics } from 'node:v8'
      ${before}
      const kept = []
      for (let n = 0; n < 3_000_000; n++) kept[n % 200_000] = { n: [n] }
      const space = getHeapSpaceStatistics().find(each => each.space_name === 'new_space')
      console.log(space.space_size / 2 ** 20)`)
  expect(await young(`await import('${source('steady-memory.ts')}')`)).toBeLessThanOrEqual(32)
  expect(await young('')).toBeGreaterThan(32)
})
