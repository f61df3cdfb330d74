import type { PrivateJwk } from './signing-keys.ts'

/**
 * A step of replacing the key that signs. The first key signs, all verify, so a set that says more than one is an
 * overlap: tokens of the old key are good until they expire.
 *
 * - `replace`: a new key signs. Right where all replicas change their keys at once.
 * - `stage`: a new key verifies, and signs nothing yet: for replicas that are restarted one after the other, which
 *   must all know a key before the first of them signs with it.
 * - `promote`: the key that was staged signs.
 * - `drop`: the key that signs is left, and no other: once the last token of the others has expired.
 */
export type RotationStep = 'replace' | 'stage' | 'promote' | 'drop'

/** The set after a step. */
export const rotateKeys = (
  keys: readonly PrivateJwk[],
  step: RotationStep,
  newKey: () => PrivateJwk,
): PrivateJwk[] => {
  switch (step) {
    case 'replace':
      return [newKey(), ...keys]
    case 'stage':
      return [...keys, newKey()]
    case 'promote':
      return [...keys.slice(-1), ...keys.slice(0, -1)]
    case 'drop':
      return keys.slice(0, 1)
  }
}
