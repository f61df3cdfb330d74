import { describe, expect, it } from 'vitest'
import { assertMatch, etagOf, PreconditionFailed } from './index.ts'

const order = { id: 'a', lines: [{ sku: 'TEE', quantity: 1 }], note: undefined }

describe('An entity tag', () => {
  it('is strong, and the same for the same representation', () => {
    expect(etagOf(order)).toMatch(/^"[\w-]{22}"$/)
    expect(etagOf(order)).toBe(etagOf({ lines: [{ quantity: 1, sku: 'TEE' }], id: 'a' }))
  })

  it('changes with anything that a client would see', () => {
    const tags = [
      order,
      { ...order, id: 'b' },
      { ...order, note: null },
      { ...order, lines: [] },
      { ...order, lines: [...order.lines, ...order.lines] },
      { ...order, at: new Date(0) },
      { ...order, at: new Date(1) },
      undefined,
      null,
      '',
    ].map(etagOf)
    expect(new Set(tags).size).toBe(tags.length)
  })
})

describe('A condition', () => {
  const holds = (condition: string | undefined) => {
    try {
      assertMatch(condition, order)
      return true
    } catch (error) {
      expect(PreconditionFailed.is(error)).toBe(true)
      return false
    }
  }

  it('holds where there is none, for anything, and for the present representation', () => {
    for (const condition of [undefined, '*', ' * ', etagOf(order), `"other" , ${etagOf(order)}`])
      expect(holds(condition)).toBe(true)
  })

  it('fails for another representation, a weak tag, and what is no tag', () => {
    for (const condition of [etagOf({}), `W/${etagOf(order)}`, etagOf(order).slice(1, -1), '', '"*"'])
      expect(holds(condition)).toBe(false)
  })
})
