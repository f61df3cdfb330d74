import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  add,
  formatMoney,
  type Money,
  maxPrice,
  money,
  moneyOf,
  noMoney,
  price,
  subtract,
  sum,
  times,
} from './index.ts'

const most = Number.MAX_SAFE_INTEGER
const amount = fc.oneof(fc.nat(100), fc.nat(maxPrice), fc.maxSafeNat())
const dollars = amount.map(each => moneyOf(each, 'USD'))
const affordable = fc.nat(maxPrice).map(each => moneyOf(each, 'USD'))

/** What a calculation gives, or undefined where it refuses. */
const attempt = (calculation: () => Money) => {
  try {
    return calculation()
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
    return undefined
  }
}

describe('Money', () => {
  it('adds up the same in any order and any grouping', () => {
    fc.assert(
      fc.property(affordable, affordable, affordable, (a, b, c) => {
        expect(add(a, b)).toStrictEqual(add(b, a))
        expect(add(add(a, b), c)).toStrictEqual(add(a, add(b, c)))
        expect(sum([a, b, c], 'USD')).toStrictEqual(add(add(a, b), c))
      }),
    )
  })

  it('is exact to the cent, or refuses', () => {
    fc.assert(
      fc.property(dollars, dollars, fc.nat(10_000), (a, b, quantity) => {
        const exactly = (cents: bigint) =>
          cents < 0n || cents > BigInt(most) ? undefined : moneyOf(Number(cents), 'USD')
        const [left, right] = [BigInt(a.amount), BigInt(b.amount)]
        expect(attempt(() => add(a, b))).toStrictEqual(exactly(left + right))
        expect(attempt(() => subtract(a, b))).toStrictEqual(exactly(left - right))
        expect(attempt(() => times(a, quantity))).toStrictEqual(exactly(left * BigInt(quantity)))
      }),
    )
  })

  it('given and taken back is what it was', () => {
    fc.assert(
      fc.property(affordable, affordable, (a, b) => {
        expect(subtract(add(a, b), b)).toStrictEqual(a)
      }),
    )
  })

  it('of the dearest order there can be is still exact', () => {
    const dearest = times(moneyOf(maxPrice, 'USD'), 999 * 100)
    expect(money.parse(dearest)).toStrictEqual({ amount: maxPrice * 99_900, currency: 'USD' })
  })

  it('of two currencies does not mix', () => {
    const [dollar, euro] = [moneyOf(100, 'USD'), moneyOf(100, 'EUR')]
    expect(() => add(dollar, euro)).toThrow(TypeError)
    expect(() => subtract(dollar, euro)).toThrow(TypeError)
    expect(() => sum([dollar, euro], 'USD')).toThrow(TypeError)
    expect(() => sum([euro], 'USD')).toThrow(TypeError)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, most + 1])('is never %s', bad => {
    expect(() => moneyOf(bad, 'USD')).toThrow(RangeError)
    expect(() => times(moneyOf(2, 'USD'), bad)).toThrow(RangeError)
    expect(money.safeParse({ amount: bad, currency: 'USD' }).success).toBe(false)
  })

  it('is of a currency', () => {
    for (const code of ['usd', 'US', 'USDD', '', 'US1']) {
      expect(() => moneyOf(1, code)).toThrow(TypeError)
      expect(money.safeParse({ amount: 1, currency: code }).success).toBe(false)
    }
  })

  it('knows one nothing', () => {
    expect(noMoney('USD')).toStrictEqual({ amount: 0, currency: 'USD' })
    expect(times(moneyOf(5, 'USD'), -0)).toStrictEqual(noMoney('USD'))
    expect(sum([], 'USD')).toStrictEqual(noMoney('USD'))
  })

  it('has a highest price', () => {
    expect(price.safeParse(moneyOf(maxPrice, 'USD')).success).toBe(true)
    expect(price.safeParse(moneyOf(maxPrice + 1, 'USD')).success).toBe(false)
  })

  it.each([
    [1999, 'USD', 'en-US', '$19.99'],
    [5, 'USD', 'en-US', '$0.05'],
    [0, 'USD', 'en-US', '$0.00'],
    [1234, 'JPY', 'en-US', '¥1,234'],
    [1234, 'KWD', 'en-US', 'KWD\u00a01.234'],
    [1999, 'EUR', 'de-DE', '19,99\u00a0€'],
    [most, 'USD', 'en-US', '$90,071,992,547,409.91'],
  ])('reads well: %d %s in %s is %s', (cents, code, locale, text) => {
    expect(formatMoney(moneyOf(cents, code), locale)).toBe(text)
  })
})
