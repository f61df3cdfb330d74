import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idSource } from './id-source.ts'
import { asId, idOf, isId, newId } from './index.ts'

const millisecondsOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

describe('An id', () => {
  it('is a UUIDv7 of now, in lower case', () => {
    const before = Date.now()
    const id = newId<'Order'>()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(millisecondsOf(id)).toBeGreaterThanOrEqual(before)
    expect(idOf('Order').parse(id)).toBe(id)
    expect(asId<'Order'>(id)).toBe(id)
  })

  it('is unlike every other, and greater than every one before it', () => {
    const ids = Array.from({ length: 20_000 }, () => newId())
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toStrictEqual(ids)
  })

  it('sorts in the order of minting whatever the clock does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.nat(2 ** 40)), { minLength: 1 }),
        times => {
          let at = 0
          const mint = idSource(() => times[at++] ?? 0)
          const ids = times.map(mint)
          expect(ids.toSorted()).toStrictEqual(ids)
          expect(ids.every(isId)).toBe(true)
        },
      ),
    )
  })

  it('goes into the next millisecond when there are more than one can hold', () => {
    const mint = idSource(() => 1000)
    const ids = Array.from({ length: 10_000 }, mint)
    expect(ids.toSorted()).toStrictEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.map(millisecondsOf).at(-1)).toBeLessThan(1000 + 10_000 / 2048 + 1)
  })

  it('carries the time of its clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 48 - 1 }), time => {
        expect(millisecondsOf(idSource(() => time)())).toBe(time)
      }),
    )
  })

  it('counts from a random start, so that nobody reads from one how many there were', () => {
    const starts = Array.from({ length: 200 }, () => idSource(() => 1000)().slice(15, 18))
    expect(new Set(starts).size).toBeGreaterThan(100)
  })

  it.each([
    ['', 'nothing'],
    ['0199C0DE-7A11-7BAD-8A5E-5EED00C0FFEE', 'in upper case'],
    ['0199c0de-7a11-7bad-8a5e-5eed00c0ffee\n', 'with something after it'],
    ['0199c0de7a117bad8a5e5eed00c0ffee', 'without its dashes'],
  ])('is not %j, which is %s', text => {
    expect(isId(text)).toBe(false)
    expect(() => asId(text)).toThrow(TypeError)
    expect(idOf('Order').safeParse(text).success).toBe(false)
  })

  it('may be of another version, and then names nothing of ours', () => {
    expect(isId('5f0c9ad1-6b3c-4a0e-9f3f-0c8f6a1f2b3c')).toBe(true)
  })

  it('is described by its kind', () => {
    expect(idOf('Order').meta()?.description).toBe('Id of an order, a UUID')
    expect(idOf('StockMovement').meta()?.description).toBe('Id of a stock movement, a UUID')
  })
})
