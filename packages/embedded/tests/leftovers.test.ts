import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.ts'
import { isAlive } from '../src/postmaster.ts'
import { givenCluster, givenFolder, givenHolder, gone, query } from './given.ts'

test('after kill -9 of its starter, the next start stops the PostgreSQL left running and keeps what was committed', async () => {
  await using folder = await givenCluster()
  const holder = await givenHolder(folder.path)
  await query(holder.url, "CREATE TABLE note AS SELECT 'committed' AS text")
  await holder.end('SIGKILL')
  expect(isAlive(holder.postgresPid)).toBe(true)
  const told: string[] = []
  await using server = await startEmbeddedPostgres({ directory: folder.path, log: line => told.push(line) })
  expect(told).toEqual([
    `Stopping the PostgreSQL (process ${holder.postgresPid}) that a killed run left behind`,
  ])
  await gone(holder.postgresPid)
  expect(await query(server.url, 'SELECT text FROM note')).toEqual([{ text: 'committed' }])
})

test('after kill -9 of both, the stale lock is no obstacle and what was committed is there', async () => {
  await using folder = await givenCluster()
  const holder = await givenHolder(folder.path)
  await query(holder.url, "CREATE TABLE note AS SELECT 'committed' AS text")
  await holder.end('SIGKILL')
  process.kill(holder.postgresPid, 'SIGKILL')
  await gone(holder.postgresPid)
  expect(existsSync(join(folder.path, 'data', 'postmaster.pid'))).toBe(true)
  await using server = await startEmbeddedPostgres({ directory: folder.path })
  expect(await query(server.url, 'SELECT text FROM note')).toEqual([{ text: 'committed' }])
})

test('a lock whose process number went to somebody else is stale, and that somebody lives on', async () => {
  await using folder = await givenCluster()
  const data = join(folder.path, 'data')
  await writeFile(
    join(data, 'postmaster.pid'),
    `${process.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n\nready\n`,
  )
  await using server = await startEmbeddedPostgres({ directory: folder.path })
  expect(server.pid).not.toBe(process.pid)
  expect(await readFile(join(data, 'postmaster.pid'), 'utf8')).toMatch(new RegExp(`^${server.pid}\n`))
})

test('a second start in a directory in use is refused with the process that holds it', async () => {
  await using folder = await givenCluster()
  await using holder = await givenHolder(folder.path, 'graceful')
  const second = startEmbeddedPostgres({ directory: folder.path })
  await expect(second).rejects.toThrow(`${folder.path} is in use by process ${holder.pid}`)
  expect(await query(holder.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('of two first starts at once, one runs and the other is refused', async () => {
  await using folder = await givenFolder()
  const starts = await Promise.allSettled([1, 2].map(() => startEmbeddedPostgres({ directory: folder.path })))
  const running = starts.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
  const refused = starts.flatMap(start => (start.status === 'rejected' ? [String(start.reason)] : []))
  expect(running).toHaveLength(1)
  expect(refused).toEqual([expect.stringContaining(`is in use by process ${process.pid}`)])
  for (const server of running) {
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await server[Symbol.asyncDispose]()
  }
})

test('a first start that was cut off leaves nothing that the next one trips over', async () => {
  await using folder = await givenFolder()
  await mkdir(join(folder.path, 'data.12345'), { recursive: true })
  await writeFile(join(folder.path, 'data.12345', 'PG_VERSION'), '18\n')
  await using server = await startEmbeddedPostgres({ directory: folder.path })
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('Ctrl-C reaches the host alone: PostgreSQL serves until the host stops it, then ends cleanly', async () => {
  await using folder = await givenCluster()
  await using holder = await givenHolder(folder.path, 'graceful')
  await query(holder.url, 'CREATE TABLE note (text text)')
  await holder.end('SIGINT')
  await gone(holder.postgresPid)
  expect(holder.child.exitCode).toBe(0)
  expect(existsSync(join(folder.path, 'data', 'postmaster.pid'))).toBe(false)
  await using server = await startEmbeddedPostgres({ directory: folder.path })
  expect(await query(server.url, 'SELECT text FROM note')).toEqual([{ text: 'written while stopping' }])
})

test('a process that exits without stopping PostgreSQL takes it along', async () => {
  await using folder = await givenCluster()
  await using holder = await givenHolder(folder.path, 'exit')
  await gone(holder.postgresPid)
  expect(existsSync(join(folder.path, 'data', 'postmaster.pid'))).toBe(false)
})
