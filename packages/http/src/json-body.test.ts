import { ValidationFailed } from '@plinth/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from './json-body.ts'
import { GatewayError } from './problem.ts'

const read = (text: string) => readJson(Buffer.from(text))

/** Text as people send it: no NUL, whole characters. */
const fitText = fc.string({ unit: 'binary' }).filter(text => !text.includes('\0') && text.isWellFormed())
const fitNumber = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map(cents => cents / 100),
)
const fitJson = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 10 },
    fitText,
    fitNumber,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(
      fitText.filter(name => name !== '__proto__'),
      tie('value'),
    ),
  ),
})).value

describe('A JSON body', () => {
  it('means what JSON.parse says, where nothing is wrong with it', () => {
    fc.assert(
      fc.property(fitJson, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(read(text)).toStrictEqual(JSON.parse(text))
      }),
    )
  })

  it('is never a failure of ours, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.json({ maxDepth: 5 }).map(text => Buffer.from(text)),
      fc
        .array(fc.constantFrom(...'{}[]":,\\-+.eE019ntf u'), { maxLength: 30 })
        .map(all => Buffer.from(all.join(''))),
    )
    fc.assert(
      fc.property(bytes, given => {
        try {
          readJson(Buffer.from(given))
        } catch (error) {
          expect(error instanceof GatewayError || ValidationFailed.is(error)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('gives every number as it was written', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/)
    fc.assert(
      fc.property(digits, text => {
        const value = accepted(text)
        if (typeof value === 'number') expect(exactly(String(value))).toBe(exactly(text))
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['0', '-0', '1', '-1', '0.1', '19.99', '1e3', '1.5E+2', '9007199254740991', '0.000', '1.000'])(
    'may hold the number %s',
    text => {
      expect(read(`[${text}]`)).toStrictEqual([Number(text)])
    },
  )

  it.each([
    '1e309',
    '-1e309',
    '1e-400',
    '0.1234567890123456',
    '9007199254740992',
    '-9007199254740993',
    '1e16',
  ])('may not hold the number %s', text => {
    expect(() => read(`{"a":[${text}]}`)).toThrow()
  })

  it('is not mistaken for what its texts look like', () => {
    const text = JSON.stringify({ a: '{"a":1e999,"a":[[[', b: '\\"', 'c:d': ':', '"': '"' })
    expect(read(text)).toStrictEqual(JSON.parse(text))
  })

  it('may be nested 32 deep and no deeper', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(() => read(nested(32))).not.toThrow()
    expect(() => read(nested(33))).toThrow('nested too deeply')
    expect(() => read(nested(500_000))).toThrow('nested too deeply')
  })

  it('tells no more than a hundred things that are wrong with it', () => {
    try {
      read(JSON.stringify(Array.from({ length: 1000 }, () => '\0')))
      expect.unreachable()
    } catch (error) {
      if (!ValidationFailed.is(error)) throw error
      expect(error.details.errors).toHaveLength(100)
    }
  })
})

const accepted = (text: string): unknown => {
  try {
    return read(text)
  } catch {
    return undefined
  }
}

/** A decimal number in one form: its digits and the power of ten, exactly. */
const exactly = (text: string): string => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  if (digits === '') return '0'
  const bare = digits.replace(/0+$/, '')
  const power = Number(exponent) - fraction.length + digits.length - bare.length
  return `${mantissa.startsWith('-') ? '-' : ''}${bare}e${power}`
}
