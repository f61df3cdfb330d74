/** How much there is. */
export interface Size {
  readonly products: number
  readonly users: number
  readonly sellers: number
  readonly orders: number
  /** Milliseconds since the epoch: when the shop opened, and until when orders came in. */
  readonly opened: number
  readonly until: number
}

const dayMs = 24 * 3_600_000

/** A shop of three years that ends now: at a scale of 1 a million products and users, and five million orders. */
export const sizeOf = (scale: number, now = Date.now()): Size => {
  const count = (whole: number) => Math.max(30, Math.round(whole * scale))
  return {
    products: count(1_000_000),
    users: count(1_000_000),
    sellers: Math.max(5, Math.round(20_000 * scale)),
    orders: count(5_000_000),
    opened: now - 3 * 365 * dayMs,
    // Everything that begins by then has come to its end.
    until: now - 5 * 60_000,
  }
}

/** Numbers from 1 to `count`, in pieces. */
export const piecesOf = (count: number, piece: number): [from: number, to: number][] =>
  Array.from({ length: Math.ceil(count / piece) }, (_, at) => [
    at * piece + 1,
    Math.min(count, (at + 1) * piece),
  ])
