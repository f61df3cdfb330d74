import { chmod, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.ts'
import { givenFolder, query } from './given.ts'

test.skipIf(process.getuid?.() !== 0)(
  'root gets a substitute for a folder that the user postgres cannot enter, the same at every start',
  async () => {
    await using home = await givenFolder()
    await chmod(home.path, 0o700)
    const directory = join(home.path, 'clone', 'postgres')
    const told: string[] = []
    const start = () => startEmbeddedPostgres({ directory, log: line => told.push(line) })
    const first = await start()
    try {
      await query(first.url, "CREATE TABLE note AS SELECT 'kept' AS text")
      await first[Symbol.asyncDispose]()
      await using second = await start()
      expect(second.directory).toBe(first.directory)
      expect(second.directory.startsWith(home.path)).toBe(false)
      expect(await query(second.url, 'SELECT text FROM note')).toEqual([{ text: 'kept' }])
      const line = `The system user "postgres" cannot enter ${directory}: the database lies in ${first.directory}`
      expect(told).toEqual([line, line])
    } finally {
      await rm(first.directory, { recursive: true, force: true })
      await rm(dirname(first.directory), { recursive: false }).catch(() => undefined)
    }
  },
)

test('a folder that cannot be made is told with the reason and what to do', async () => {
  await using folder = await givenFolder()
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  const starting = startEmbeddedPostgres({ directory: join(file, 'a', 'b') })
  await expect(starting).rejects.toThrow(
    /cannot be used, .*ENOTDIR.* Set DATA_DIR to a folder of your own\.$/,
  )
})
