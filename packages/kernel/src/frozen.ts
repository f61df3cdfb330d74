const frozen = new WeakSet<object>()

/**
 * Freezes a value all through and gives it back. It is known from then on that it never changes, so what is worked
 * out of it once (its JSON, its entity tag) may be kept: see {@link isFrozen}.
 */
export const freeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || frozen.has(value)) return value
  freezeAll(value)
  frozen.add(value)
  return value
}

/** Whether {@link freeze} has frozen it, all through. */
export const isFrozen = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && frozen.has(value)

const freezeAll = (value: object): void => {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null && !frozen.has(inner)) freezeAll(inner)
  Object.freeze(value)
}
