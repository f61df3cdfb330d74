/** Numbers that look random and come in the same order for the same seed. */
export interface Seeded {
  /** Between 0 and 1. */
  readonly next: () => number
  readonly between: (from: number, to: number) => number
  /** Whether something that happens so often (0 to 1) happens now. */
  readonly chance: (often: number) => boolean
  readonly pick: <T>(from: readonly [T, ...T[]]) => T
  /** Numbers of their own, for somebody by this name: what others draw does not change them. */
  readonly fork: (name: string) => Seeded
}

/** Counts a 32-bit number on and scrambles it (Weyl sequence, then two rounds of xor-shift and multiply). */
export const seeded = (seed: number): Seeded => {
  let state = scramble(seed)
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    return (scramble(state) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + next() * (to - from)
  return {
    next,
    between,
    chance: often => next() < often,
    pick: from => from[Math.floor(next() * from.length)] ?? from[0],
    fork: name => seeded([...name].reduce((sum, letter) => scramble(sum ^ letter.charCodeAt(0)), seed)),
  }
}

const scramble = (number: number): number => {
  let mixed = number | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
