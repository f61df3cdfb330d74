import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort, startEmbeddedPostgres } from '../src/index.ts'
import { givenCluster, givenFolder, query } from './given.ts'

test('data survives a restart, which is fast and has nothing to tell', async () => {
  await using folder = await givenFolder()
  const directory = join(folder.path, 'postgres')
  const told: string[] = []
  const options = {
    directory,
    onProgress: (step: string) => told.push(step),
    log: (line: string) => told.push(line),
  }
  {
    await using first = await startEmbeddedPostgres(options)
    await query(first.url, "CREATE TABLE note AS SELECT 'kept' AS text")
    expect(told).toEqual(['Creating the database (first start only)'])
  }
  const begun = performance.now()
  await using second = await startEmbeddedPostgres(options)
  expect(performance.now() - begun).toBeLessThan(3000)
  expect(await query(second.url, 'SELECT text FROM note')).toEqual([{ text: 'kept' }])
  expect(told).toHaveLength(1)
})

test('it is PostgreSQL 18 with its own database, in UTF-8 and UTC, on the loopback address alone', async () => {
  await using folder = await givenFolder()
  await using server = await startEmbeddedPostgres({
    directory: folder.path,
    database: 'shop',
    postgresFlags: ['-c', 'work_mem=12MB'],
  })
  const settings = [
    'server_version',
    'server_encoding',
    'TimeZone',
    'listen_addresses',
    'unix_socket_directories',
    'work_mem',
  ]
  const columns = settings.map(name => `current_setting('${name}') AS "${name}"`).join(', ')
  const [row] = await query(server.url, `SELECT current_database() AS database, ${columns}`)
  expect(row).toMatchObject({
    database: 'shop',
    server_version: expect.stringMatching(/^18\./),
    server_encoding: 'UTF8',
    TimeZone: 'UTC',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    work_mem: '12MB',
  })
})

test('nobody enters without the password', async () => {
  await using folder = await givenCluster()
  await using server = await startEmbeddedPostgres({ directory: folder.path })
  const stranger = new URL(server.url)
  stranger.password = 'guess'
  await expect(query(stranger.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
})

test('a busy port gives way to a free one, and says so', async () => {
  await using folder = await givenCluster()
  const port = await freePort()
  const squatter = createServer().listen(port, '127.0.0.1')
  try {
    const told: string[] = []
    await using server = await startEmbeddedPostgres({
      directory: folder.path,
      port,
      log: line => told.push(line),
    })
    expect(new URL(server.url).port).not.toBe(String(port))
    expect(told).toEqual([`Port ${port} is taken: PostgreSQL listens on ${new URL(server.url).port}`])
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  } finally {
    squatter.close()
  }
})

test('a free port asked for is the one used', async () => {
  await using folder = await givenCluster()
  const port = await freePort()
  await using server = await startEmbeddedPostgres({ directory: folder.path, port })
  expect(new URL(server.url).port).toBe(String(port))
})

test('a setting PostgreSQL refuses is told with its own words', async () => {
  await using folder = await givenCluster()
  const starting = startEmbeddedPostgres({ directory: folder.path, postgresFlags: ['-c', 'work_mem=plenty'] })
  await expect(starting).rejects.toThrow(/invalid value for parameter "work_mem": "plenty"/)
})
