import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ContractError, declareError, errorKinds, NotFound, statusOf, universalErrors } from './index.ts'

const TooFew = declareError('too_few', {
  kind: 'conflict',
  description: 'There are too few.',
  details: z.strictObject({ left: z.int() }),
})

describe('A declared error', () => {
  it('makes errors that say what happened, to programs and to people', () => {
    const cause = new Error('row 7')
    const error = TooFew({ left: 2 }, 'Two are left.', { cause })
    expect(error).toBeInstanceOf(ContractError)
    expect(error).toMatchObject({ code: 'too_few', kind: 'conflict', details: { left: 2 }, cause })
    expect(`${error}`).toBe('ContractError: Two are left.')
  })

  it('is described where nothing better is said', () => {
    expect(TooFew({ left: 2 }).message).toBe('There are too few.')
    expect(NotFound()).toMatchObject({ message: NotFound.description, details: undefined })
  })

  it('recognises its own, and nothing that merely looks like it', () => {
    expect(NotFound.is(NotFound())).toBe(true)
    for (const other of [TooFew({ left: 1 }), new Error('not_found'), { code: 'not_found' }, null, undefined])
      expect(NotFound.is(other)).toBe(false)
  })

  it.each(['TooFew', 'too-few', '', 'catalog.too_few', '1st'])('is not called %j', code => {
    expect(() => declareError(code, { kind: 'conflict', description: '' })).toThrow(TypeError)
  })

  it('has no details that would take the place of what every problem says', () => {
    for (const member of ['status', 'type', 'requestId']) {
      const details = z.strictObject({ [member]: z.string() })
      expect(() => declareError('sold', { kind: 'conflict', description: '', details })).toThrow(member)
    }
  })
})

describe('A kind of refusal', () => {
  it('has a status, by which clients can tell their fault from ours', () => {
    for (const kind of errorKinds) expect(statusOf[kind]).toBeGreaterThanOrEqual(400)
    for (const kind of ['internal', 'unavailable', 'deadline'] as const)
      expect(statusOf[kind]).toBeGreaterThanOrEqual(500)
  })

  it('belongs to every universal error, each under a code of its own', () => {
    expect(new Set(universalErrors.map(each => each.code)).size).toBe(universalErrors.length)
  })
})
