import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createTestDatabase } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { connectPostgres, createDatabase, MigrationFailed, type Migrations, migrate } from '../src/index.ts'
import { context, listeningLogger } from './given.ts'

describe('migrations', () => {
  /** A folder with these files, and an empty database. */
  const given = async (files: Record<string, string>) => {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-migrations-'))
    const own = await createTestDatabase({ name: 'migrate' })
    const write = async (more: Record<string, string>) => {
      for (const [name, text] of Object.entries(more)) await writeFile(join(folder, name), text)
    }
    await write(files)
    const { logger, lines } = listeningLogger()
    const pool = connectPostgres({ url: own.url, logger })
    const migrations: Migrations[] = [{ domain: 'orders', directory: pathToFileURL(`${folder}/`) }]
    return {
      write,
      lines,
      migrations,
      url: own.url,
      remove: (name: string) => rm(join(folder, name)),
      run: () => migrate({ pool, migrations, logger }),
      rows: (text: string) => createDatabase({ pool, schema: 'orders' }).on(context).execute(sql.raw(text)),
      async [Symbol.asyncDispose]() {
        await pool[Symbol.asyncDispose]()
        await own[Symbol.asyncDispose]()
        await rm(folder, { recursive: true })
      },
    }
  }
  const first = { '001-first.sql': '-- first\ncreate table orders.first (id int);' }
  const second = {
    '002-second.sql': 'create table orders.second (id int);\ninsert into orders.second values (2);',
  }

  it('are applied once, in the order of their names', async () => {
    await using it = await given({ ...second, ...first, 'README.md': 'not a migration' })
    expect(await it.run()).toEqual([
      { domain: 'orders', name: '001-first.sql' },
      { domain: 'orders', name: '002-second.sql' },
    ])
    expect(await it.run()).toEqual([])
    expect(
      await it.rows('select domain, name, length(checksum) as length from plinth.migration order by 2'),
    ).toEqual([
      { domain: 'orders', name: '001-first.sql', length: 64 },
      { domain: 'orders', name: '002-second.sql', length: 64 },
    ])
  })

  it('are applied by one of several hosts that start at once, while the others wait', async () => {
    await using it = await given({
      ...first,
      '002-slow.sql': 'select pg_sleep(0.3); create table orders.slow ();',
    })
    const applied = await Promise.all([it.run(), it.run(), it.run()])
    expect(applied.map(list => list.length).sort()).toEqual([0, 0, 2])
  })

  it('that have changed since are an error that names the file', async () => {
    await using it = await given(first)
    await it.run()
    await it.write({ '001-first.sql': '-- first\r\ncreate table orders.first (id int);' })
    expect(await it.run()).toEqual([])
    await it.write({ '001-first.sql': 'create table orders.first (id bigint);' })
    await expect(it.run()).rejects.toThrow('orders/001-first.sql was changed')
  })

  it('of a newer release are warned of and left alone', async () => {
    await using it = await given({ ...first, ...second })
    await it.run()
    await it.remove('002-second.sql')
    expect(await it.run()).toEqual([])
    expect(it.lines).toEqual([
      'the database has a migration that this release does not know {"migration":"orders/002-second.sql"}',
    ])
  })

  it('that fail leave nothing behind, and say in which file and line', async () => {
    await using it = await given({
      ...first,
      '002-broken.sql': 'create table orders.half ();\n\nselect 1,\n  nonsense;',
    })
    const failure = await it.run().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailed)
    expect(failure).toMatchObject({ message: 'orders/002-broken.sql:4: column "nonsense" does not exist' })
    expect(
      await it.rows(`select to_regclass('orders.first') as first, to_regclass('orders.half') as half`),
    ).toEqual([{ first: 'orders.first', half: null }])
    await it.write({ '002-broken.sql': '\ncreate table orders.first ();' })
    await expect(it.run()).rejects.toThrow('orders/002-broken.sql:2: relation "first" already exists')
  })

  it('give each domain a role for the rows of its own schema, and for nothing else', async () => {
    await using it = await given({ ...first, ...second })
    await it.run()
    await using pool = connectPostgres({
      url: it.url,
      role: 'plinth_orders',
      logger: listeningLogger().logger,
    })
    const orders = createDatabase({ pool, schema: 'orders' })
    const as = (text: string) => orders.on(context).execute(sql.raw(text))
    await as('insert into orders.second values (3); ')
    expect(await as('delete from orders.second returning id')).toHaveLength(2)
    for (const refused of [
      'create table orders.mine ()',
      'drop table orders.second',
      'create schema mine',
      'delete from plinth.migration',
      'truncate orders.second',
    ])
      await expect(as(refused)).rejects.toMatchObject({ code: '42501' })
    await it.rows('create schema payments')
    await it.rows('create table payments.secret (id int)')
    await expect(as('select * from payments.secret')).rejects.toMatchObject({ code: '42501' })
  })

  it('need no right to create roles, and no right at all once they are applied', async () => {
    await using it = await given(first)
    const name = new URL(it.url).pathname.slice(1)
    await it.rows(`create role limited_${name} login password 'limited'`)
    try {
      await it.rows(`grant create on database ${name} to limited_${name}`)
      const limited = new URL(it.url)
      limited.username = `limited_${name}`
      limited.password = 'limited'
      const pool = { url: limited.href }
      const { logger, lines } = listeningLogger()
      expect(await migrate({ pool, migrations: it.migrations, logger })).toHaveLength(1)
      expect(lines.join()).toMatch(/role plinth_orders was not (created|granted)/)
      await it.rows(`revoke create on database ${name} from limited_${name}`)
      expect(await migrate({ pool, migrations: it.migrations, logger })).toEqual([])
    } finally {
      await it.rows(`reassign owned by limited_${name} to current_user`)
      await it.rows(`drop owned by limited_${name}`)
      await it.rows(`drop role limited_${name}`)
    }
  })
})

describe('psql alone', async () => {
  const run = promisify(execFile)
  const workspace = new URL('../../../sql/', import.meta.url)
  const psql = await run('psql', ['--version']).then(
    () => true,
    () => false,
  )
  const folders = (await readdir(workspace, { withFileTypes: true })).filter(entry => entry.isDirectory())
  const files: string[] = []
  for (const { name } of folders) {
    for (const file of (await readdir(new URL(`${name}/`, workspace))).sort()) files.push(`${name}/${file}`)
  }

  it('is told of every migration file, and each folder has its turn in order', async () => {
    const listed = [
      ...(await readFile(new URL('install.sql', workspace), 'utf8')).matchAll(/^\\set file (.*)$/gm),
    ]
    const names = listed.map(([, name]) => name)
    expect(names.toSorted()).toEqual(files.toSorted())
    for (const { name } of folders) {
      const own = names.filter(file => file?.startsWith(`${name}/`))
      expect(own).toEqual(own.toSorted())
    }
  })

  it.each(files)('finds no command of its own in %s', async file => {
    expect(await readFile(new URL(file, workspace), 'utf8')).not.toMatch(/^\s*\\/m)
  })

  it.runIf(psql)(
    'sets up an empty database on which a host then starts, and again without harm',
    async () => {
      await using own = await createTestDatabase({ name: 'psql' })
      const install = () => run('psql', [own.url, '-X', '-f', new URL('install.sql', workspace).pathname])
      expect((await install()).stderr).toBe('')
      expect((await install()).stdout).toBe('')
      await using pool = connectPostgres({ url: own.url, logger: listeningLogger().logger })
      const migrations = folders.map(({ name }) => ({
        domain: name,
        directory: new URL(`${name}/`, workspace),
      }))
      expect(await migrate({ pool, migrations })).toEqual([])
    },
  )

  it.runIf(psql)('and a host agree on the schema', async () => {
    const shape = async (url: string) => {
      const { stdout } = await run('psql', [
        url,
        '-XAtc',
        `select table_schema, table_name, column_name, data_type from information_schema.columns
          where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, ordinal_position`,
      ])
      return stdout
    }
    await using byPsql = await createTestDatabase({ name: 'psql' })
    await using byHost = await createTestDatabase({ name: 'host' })
    await run('psql', [byPsql.url, '-X', '-f', new URL('install.sql', workspace).pathname])
    await using pool = connectPostgres({ url: byHost.url, logger: listeningLogger().logger })
    await migrate({
      pool,
      migrations: folders.map(({ name }) => ({ domain: name, directory: new URL(`${name}/`, workspace) })),
    })
    expect(await shape(byHost.url)).toBe(await shape(byPsql.url))
  })
})
