import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { cursorsFor, InvalidCursor, newId, pageFrom, pageOf, pageRequest } from './index.ts'

const cursors = cursorsFor('things', z.tuple([z.int(), z.string()]))
const position = fc.tuple(fc.integer(), fc.string({ unit: 'grapheme', maxLength: 20 }))
const query = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })

/** What reading gives; any error but `invalid_cursor` fails the test. */
const read = (cursor: string, of: object) => {
  try {
    return { at: cursors.read(cursor, of) }
  } catch (error) {
    if (!InvalidCursor.is(error)) throw error
    return 'refused'
  }
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const backwards = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(backwards)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, backwards(each)]),
  )
}

describe('A cursor', () => {
  it('gives back its position to the query it was made for', () => {
    fc.assert(
      fc.property(position, query, (at, of) => {
        fc.pre(!at[1].includes('\0'))
        expect(cursors.read(cursors.write(at, of), of)).toStrictEqual(at)
      }),
    )
  })

  it('does not mind in which order a query says the same, nor what it leaves undefined', () => {
    fc.assert(
      fc.property(query, of => {
        const cursor = cursors.write([1, 'a'], { of })
        expect(read(cursor, { of: backwards(of), status: undefined })).toStrictEqual({ at: [1, 'a'] })
      }),
    )
  })

  it('is refused with any other query', () => {
    fc.assert(
      fc.property(query, query, (of, other) => {
        fc.pre(!isDeepStrictEqual(asJson(of), asJson(other)))
        expect(read(cursors.write([1, 'a'], of), other)).toBe('refused')
      }),
    )
    const cursor = cursors.write([1, 'a'], { price: { min: 1 } })
    expect(read(cursor, { price: { min: 2 } })).toBe('refused')
    expect(read(cursor, { price: {} })).toBe('refused')
    expect(read(cursor, {})).toBe('refused')
  })

  it('is refused by any other list', () => {
    const others = cursorsFor('others', z.tuple([z.int(), z.string()]))
    expect(() => others.read(cursors.write([1, 'a'], {}), {})).toThrow(InvalidCursor.description)
  })

  it('is refused, or says a position of the right shape, however it is tampered with', () => {
    fc.assert(
      fc.property(position, fc.nat(200), fc.string({ maxLength: 3 }), (at, where, what) => {
        const cursor = cursors.write(at, {})
        const outcome = read(cursor.slice(0, where) + what + cursor.slice(where + what.length), {})
        if (outcome !== 'refused') expect(outcome.at).toStrictEqual([expect.any(Number), expect.any(String)])
      }),
    )
  })

  it('is refused when it is garbage', () => {
    const encoded = fc.oneof(fc.json(), fc.string()).map(text => Buffer.from(text).toString('base64url'))
    fc.assert(
      fc.property(fc.oneof(fc.string(), encoded), garbage => {
        expect(read(garbage, {})).toBe('refused')
      }),
    )
  })

  it('is refused when it holds text that no row can hold', () => {
    for (const text of ['a\0', '\ud800']) expect(read(cursors.write([1, text], {}), {})).toBe('refused')
  })

  it('is not needed for the first page', () => {
    expect(cursors.read(undefined, {})).toBeUndefined()
  })
})

describe('A page', () => {
  it('leads to the next, until every row was there exactly once and in order', () => {
    const rows = fc.uniqueArray(fc.nat(1000), { maxLength: 50 }).map(each => each.sort((a, b) => a - b))
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 20 }), (all, limit) => {
        const walk = cursorsFor('rows', z.int())
        const seen: number[] = []
        let cursor: string | null | undefined
        do {
          const after = walk.read(cursor ?? undefined, { limit: undefined }) ?? -1
          const found = all.filter(row => row > after).slice(0, limit + 1)
          const page = pageFrom(
            found,
            limit,
            row => row,
            row => walk.write(row, {}),
          )
          expect(page.data.length).toBeLessThanOrEqual(limit)
          seen.push(...page.data)
          cursor = page.nextCursor
        } while (cursor !== null)
        expect(seen).toStrictEqual(all)
      }),
    )
  })

  it('that holds all that is left is the last, however full', () => {
    expect(pageFrom([1, 2], 2, row => row, String)).toStrictEqual({ data: [1, 2], nextCursor: null })
  })

  it('of nothing is the last', () => {
    expect(pageFrom([], 20, String, String)).toStrictEqual({ data: [], nextCursor: null })
  })

  it('fits its schema', () => {
    const page = pageFrom([1, 2, 3], 2, row => row, String)
    expect(pageOf(z.int()).parse(page)).toStrictEqual({ data: [1, 2], nextCursor: '2' })
  })

  it('is asked for within bounds', () => {
    for (const limit of [0, 101, 1.5]) expect(pageRequest.safeParse({ limit }).success).toBe(false)
    expect(pageRequest.safeParse({ limit: 100, cursor: 'x'.repeat(1001) }).success).toBe(false)
    const longest = cursorsFor('orders', z.tuple([z.string(), z.string()]))
    const cursor = longest.write(['2026-11-23T08:00:00.000Z', newId()], { status: 'paid' })
    expect(pageRequest.parse({ limit: 100, cursor }).cursor).toBe(cursor)
  })
})
