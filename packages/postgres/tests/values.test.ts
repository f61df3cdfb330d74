import { sql } from 'drizzle-orm'
import { bigint, date, jsonb, numeric, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isUniqueViolation, StatementFailed, sqlStateOf } from '../src/index.ts'
import { context, givenShop } from './given.ts'

describe('values', () => {
  let shop: Awaited<ReturnType<typeof givenShop>>
  beforeAll(async () => {
    shop = await givenShop()
    await db().execute(sql`
      create table shop.thing (id uuid primary key, price bigint, ratio numeric, made_at timestamptz, made_on date,
                               notes jsonb, tags text[])`)
  })
  afterAll(() => shop[Symbol.asyncDispose]())
  const db = () => shop.database.on(context)
  const echo = async (value: unknown, type: string) => {
    const [row] = await db().execute(sql`select ${sql.param(value)}::${sql.raw(type)} as value`)
    return row?.value
  }

  const thing = pgSchema('shop').table('thing', {
    id: uuid().primaryKey(),
    price: bigint({ mode: 'number' }),
    ratio: numeric(),
    madeAt: timestamp('made_at', { withTimezone: true }),
    madeOn: date('made_on'),
    notes: jsonb(),
    tags: text().array(),
  })

  it('go through drizzle tables and come back the same', async () => {
    const row = {
      id: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
      price: 9_007_199_254_740_991,
      ratio: '0.1000',
      madeAt: new Date('2026-02-28T23:59:59.123Z'),
      madeOn: '2026-03-01',
      notes: { text: 'a "quoted" \\ word', list: [1, null, { deep: true }] },
      tags: ['a,b', 'c"d', 'NULL', ''],
    }
    await db().insert(thing).values(row)
    expect(await db().select().from(thing)).toEqual([row])
    expect(await db().execute(sql`select made_at, made_on, price, notes, tags from shop.thing`)).toEqual([
      { made_at: row.madeAt, made_on: row.madeOn, price: row.price, notes: row.notes, tags: row.tags },
    ])
    await db().insert(thing).values({ id: '0199c0de-7a11-7bad-8a5e-5eed00c0fffe' })
    expect(await db().select({ notes: thing.notes }).from(thing).where(sql`price is null`)).toEqual([
      { notes: null },
    ])
  })

  it('of a json column are encoded once', async () => {
    const [row] = await db().execute(
      sql`select jsonb_typeof(notes) as type from shop.thing where price is not null`,
    )
    expect(row).toEqual({ type: 'object' })
    expect(await echo({ a: [1] }, 'jsonb')).toEqual({ a: [1] })
    expect(await echo([1, 'two'], 'jsonb')).toEqual([1, 'two'])
    expect(await echo('{"text": "is JSON already"}', 'jsonb')).toEqual({ text: 'is JSON already' })
  })

  it('in arrays come back as they went', async () => {
    const trip = async (list: unknown[], type: string) => {
      expect(await echo(list, type)).toEqual(list)
    }
    const words = fc.string({ unit: 'grapheme' }).filter(word => !word.includes('\0'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(words)), list => trip(list, 'text[]')),
      { numRuns: 60 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.maxSafeInteger()), list => trip(list, 'bigint[]')),
      { numRuns: 20 },
    )
    await trip([true, false, null], 'boolean[]')
    await trip([new Date(0), null], 'timestamptz[]')
    await trip(
      [
        [1, 2],
        [3, null],
      ],
      'int[]',
    )
    await trip([{ a: 1 }, null], 'jsonb[]')
    await trip(['0199c0de-7a11-7bad-8a5e-5eed00c0ffee'], 'uuid[]')
  })

  it('are lists when an array stands in a template, arrays when it is a parameter', async () => {
    expect(await db().execute(sql`select 1 as one where 2 in ${[1, 2]}`)).toHaveLength(1)
    expect(await db().execute(sql`select 1 as one where 2 = any(${sql.param([1, 2])}::int[])`)).toHaveLength(
      1,
    )
  })

  it('that a number cannot hold are an error, not a wrong number', async () => {
    await expect(db().execute(sql`select 9007199254740993::bigint`)).rejects.toThrow(RangeError)
    expect(await echo('12345678901234567890.123', 'numeric')).toBe('12345678901234567890.123')
    await expect(db().execute(sql`select 1 as one`)).resolves.toEqual([{ one: 1 }])
  })

  it('are null when they are null, dates when they are dates, and refused when they are undefined', async () => {
    expect(await echo(null, 'text')).toBeNull()
    expect(await echo(new Date(0), 'timestamptz')).toEqual(new Date(0))
    await expect(echo(undefined, 'text')).rejects.toThrow('undefined')
  })

  it('stay out of errors: of the message, of every property, of the causes', async () => {
    await db().execute(sql`insert into shop.account (id, name) values (1, 'kept secret')`)
    const refused = await db()
      .execute(sql`insert into shop.account (id, name) values (2, ${'kept secret'})`)
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StatementFailed)
    expect(sqlStateOf(refused)).toBe('23505')
    expect(isUniqueViolation(refused)).toBe(true)
    expect(isUniqueViolation(refused, 'account_name_unique')).toBe(true)
    expect(isUniqueViolation(refused, 'account_pkey')).toBe(false)
    const shown = JSON.stringify(refused, Object.getOwnPropertyNames(refused)) + String(refused)
    expect(shown).toContain('account_name_unique')
    expect(shown).not.toContain('secret')
    const checked = await db()
      .insert(
        pgSchema('shop').table('account', {
          id: bigint({ mode: 'number' }),
          balance: bigint({ mode: 'number' }),
        }),
      )
      .values({ id: 3, balance: -1 })
      .catch((error: unknown) => error)
    expect(checked).toMatchObject({
      code: '23514',
      constraint_name: 'balance_not_negative',
      table_name: 'account',
    })
  })
})
