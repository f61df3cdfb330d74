import { describe, expect, it } from 'vitest'
import { line, prose, timestamp } from './index.ts'

describe('A line', () => {
  const name = line(10, 2)
  it.each(['ab', 'Zoë 😀', '  ab  ', 'a’b'])('may be %j', text => {
    expect(name.parse(text)).toBe(text)
  })
  it.each(['a', '  a ', 'a'.repeat(11), 'a\nb', 'a\tb', 'a\0b', 'a\u2028b', 'a\u0085b', 'ab\ud83d'])(
    'may not be %j',
    text => {
      expect(name.safeParse(text).success).toBe(false)
    },
  )
})

describe('Prose', () => {
  it.each(['', 'a\r\n\tb', '😀'])('may be %j', text => {
    expect(prose(10).parse(text)).toBe(text)
  })
  it.each(['a'.repeat(11), 'a\0', 'a\u001b[0m', '\udc00'])('may not be %j', text => {
    expect(prose(10).safeParse(text).success).toBe(false)
  })
})

describe('A timestamp', () => {
  it.each(['2026-11-23T08:00:00.000Z', '2024-02-29T23:59:59Z', new Date(0).toISOString()])(
    'may be %s',
    text => {
      expect(timestamp.parse(text)).toBe(text)
    },
  )
  it.each([
    '2026-11-23T08:00:00+01:00',
    '2026-11-23',
    '2025-02-29T00:00:00Z',
    '2026-11-23T25:00:00Z',
    '0000-01-01T00:00:00Z',
    '+012026-01-01T00:00:00Z',
  ])('may not be %s', text => {
    expect(timestamp.safeParse(text).success).toBe(false)
  })
})
