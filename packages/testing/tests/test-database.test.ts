import postgres from 'postgres'
import { expect, test } from 'vitest'
import { createTestDatabase, eventually } from '../src/index.ts'

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}

const countingMigration = (key: string) => {
  const applied: string[] = []
  const apply = async (url: string) => {
    applied.push(url)
    await query(url, 'CREATE TABLE thing (id int PRIMARY KEY)')
  }
  return { applied, migrate: { key, apply } }
}

test('a test database is empty, its own, and gone afterwards', async () => {
  let name: string
  {
    await using database = await createTestDatabase({ name: 'own' })
    name = database.name
    expect(name).toContain('own')
    expect(await query(database.url, 'SELECT current_database() AS name')).toEqual([{ name }])
    await query(database.url, 'CREATE TABLE thing (id int)')
  }
  await using other = await createTestDatabase()
  expect(await query(other.url, "SELECT to_regclass('thing') AS thing")).toEqual([{ thing: null }])
  expect(await query(other.url, `SELECT datname FROM pg_database WHERE datname = '${name}'`)).toEqual([])
})

test('a test database is dropped while a client is still connected', async () => {
  const database = await createTestDatabase()
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  await sql`SELECT 1`
  await database[Symbol.asyncDispose]()
  await eventually(() => expect(sql`SELECT 1`).rejects.toThrow())
  await sql.end()
})

test('a migration runs once for its key, and every clone starts from what it left', async () => {
  const { applied, migrate } = countingMigration('once')
  const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase({ migrate })))
  expect(applied).toHaveLength(1)
  for (const [index, database] of databases.entries()) {
    await query(database.url, `INSERT INTO thing VALUES (${index})`)
    expect(await query(database.url, 'SELECT id FROM thing')).toEqual([{ id: index }])
  }
  await Promise.all(databases.map(database => database[Symbol.asyncDispose]()))
})

test('a migration that fails leaves no template behind', async () => {
  const { applied, migrate } = countingMigration('at-second-try')
  const failing = async (url: string) => {
    await migrate.apply(url)
    throw new Error('no luck')
  }
  await expect(createTestDatabase({ migrate: { key: migrate.key, apply: failing } })).rejects.toThrow(
    'no luck',
  )
  await using database = await createTestDatabase({ migrate })
  expect(applied).toHaveLength(2)
  expect(await query(database.url, 'SELECT count(*)::int AS n FROM thing')).toEqual([{ n: 0 }])
})
