import { describe, expect, it } from 'vitest'
import { generateKey, type RotationStep, rotateKeys } from './index.ts'

const [old, older, fresh] = [generateKey(), generateKey(), generateKey()]
const after = (step: RotationStep) => rotateKeys([old, older], step, () => fresh)

describe('a rotation of keys', () => {
  it('at once puts a new key first, which signs, and keeps the others to verify with', () => {
    expect(after('replace')).toEqual([fresh, old, older])
  })

  it('in steps makes the new key known, has it sign, and then leaves the old one out', () => {
    const staged = rotateKeys([old], 'stage', () => fresh)
    expect(staged).toEqual([old, fresh])
    const promoted = rotateKeys(staged, 'promote', generateKey)
    expect(promoted).toEqual([fresh, old])
    expect(rotateKeys(promoted, 'drop', generateKey)).toEqual([fresh])
  })
})
