import { z } from 'zod'

/** The dearest a single thing may be, in minor units: low enough that no sum leaves the safe integers. */
export const maxPrice = 10_000_000_000

const currencyCode = /^[A-Z]{3}$/

/** A currency, ISO 4217 alphabetic code. */
export const currency = z
  .string()
  .regex(currencyCode, 'An ISO 4217 code, such as USD.')
  .meta({ examples: ['USD'] })

/** An amount of money: an integer in the currency's minor unit (cents), never a float. */
export const money = z
  .strictObject({
    amount: z.int().min(0).meta({ description: 'In minor units: 1999 is 19.99 USD.' }),
    currency,
  })
  .meta({
    id: 'Money',
    description: 'Integer minor units and an ISO 4217 code',
    examples: [{ amount: 1999, currency: 'USD' }],
  })

/** The price of one thing: money of at most {@link maxPrice}. */
export const price = z.strictObject({ amount: z.int().min(0).max(maxPrice), currency }).meta({
  id: 'Price',
  description: 'What one costs, at most 10,000,000,000 minor units',
  examples: [{ amount: 1999, currency: 'USD' }],
})

/** See {@link money}. */
export type Money = z.infer<typeof money>

/** Makes money; throws on what is not a safe, non-negative integer of a currency. */
export const moneyOf = (amount: number, code: string): Money => {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`${amount} is not an amount of money`)
  if (!currencyCode.test(code)) throw new TypeError(`"${code}" is not a currency`)
  return { amount: Math.abs(amount), currency: code }
}

/** No money, in a currency. */
export const noMoney = (code: string): Money => moneyOf(0, code)

/** The sum; both must be of one currency. */
export const add = (left: Money, right: Money): Money =>
  moneyOf(left.amount + amountIn(left, right), left.currency)

/** What is left; throws when there is less than nothing. */
export const subtract = (from: Money, what: Money): Money =>
  moneyOf(from.amount - amountIn(from, what), from.currency)

/** So many of it: a whole number, not less than none. */
export const times = ({ amount, currency }: Money, quantity: number): Money => {
  if (!Number.isSafeInteger(quantity) || quantity < 0) throw new RangeError(`${quantity} is not a quantity`)
  return moneyOf(amount * quantity, currency)
}

/** The sum of many, in the currency named (which says what the sum of none is). */
export const sum = (amounts: Iterable<Money>, code: string): Money => {
  let total = noMoney(code)
  for (const each of amounts) total = add(total, each)
  return total
}

/** For people: `$19.99` as the locale writes it, with as many decimals as the currency has. */
export const formatMoney = ({ amount, currency }: Money, locale = 'en-US'): string => {
  const { format, decimals } = styleOf(locale, currency)
  const exact = `${amount}e-${decimals}`
  return isDecimal(exact) ? format.format(exact) : exact
}

interface Style {
  readonly format: Intl.NumberFormat
  readonly decimals: number
}

/** To make a format costs a hundred times as much as to use it. */
const styleOf = (locale: string, currency: string): Style => {
  const name = `${locale} ${currency}`
  const known = styles.get(name)
  if (known !== undefined) return known
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  const style = { format, decimals: format.resolvedOptions().maximumFractionDigits ?? 2 }
  if (styles.size < mostStyles) styles.set(name, style)
  return style
}

const styles = new Map<string, Style>()
const mostStyles = 100

/** Decimal text keeps every digit, where dividing would not. */
const isDecimal = (text: string): text is `${number}` => /^\d+e-\d+$/.test(text)

const amountIn = (expected: Money, given: Money): number => {
  if (given.currency !== expected.currency)
    throw new TypeError(`${given.currency} is not ${expected.currency}`)
  return given.amount
}
