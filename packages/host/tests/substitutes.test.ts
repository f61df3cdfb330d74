import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, databaseOfOpenShop, generateKey, layFoundations, readConfig } from '../src/index.ts'

describe('what stands in for services that are not configured', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'plinth-host-'))
    await chmod(directory, 0o755)
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))
  const lay = (env: Record<string, string> = {}) =>
    layFoundations(readConfig({ DATA_DIR: directory, ...env }), () => undefined)

  it('is nothing where everything is configured', async () => {
    const keys = [generateKey()]
    const configured = {
      DATABASE_URL: 'postgres://db/shop',
      SMTP_URL: 'smtp://mail',
      JWT_KEYS: JSON.stringify({ keys }),
    }
    await using foundations = await lay(configured)
    expect(foundations).toMatchObject({
      databaseUrl: 'postgres://db/shop',
      smtpUrl: 'smtp://mail',
      mailbox: undefined,
      keys,
    })
    expect(await readdir(directory)).toEqual([])
  })

  it('is a database, a mailbox and keys, which are found again', async () => {
    const first = await lay()
    expect(await databaseOfOpenShop(readConfig({ DATA_DIR: directory }))).toBe(first.databaseUrl)
    await ask(first.databaseUrl, 'create table kept (it int); insert into kept values (42)')
    expect(first.smtpUrl).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/)

    const refused = await lay().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ConfigError)
    expect(String(refused)).toContain('DATA_DIR')

    await first[Symbol.asyncDispose]()
    expect(await databaseOfOpenShop(readConfig({ DATA_DIR: directory }))).toBeUndefined()
    await writeFile(join(directory, 'database-url'), first.databaseUrl)
    expect(await databaseOfOpenShop(readConfig({ DATA_DIR: directory }))).toBeUndefined()
    await using second = await lay()
    expect(second.keys).toEqual(first.keys)
    expect(await ask(second.databaseUrl, 'select it from kept')).toMatchObject([{ it: 42 }])
  }, 60_000)

  it('gives two processes that start at once the same keys', async () => {
    const services = {
      DATABASE_URL: 'postgres://db/shop',
      SMTP_URL: 'smtp://mail',
      DATA_DIR: join(directory, 'two'),
    }
    const [one, other] = await Promise.all([lay(services), lay(services)])
    expect(one.keys).toEqual(other.keys)
  })
})

const ask = async (url: string, statement: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
