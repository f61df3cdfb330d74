/** How far two words lie apart, as typing goes. */
export interface EditDistance {
  /** Letters added, left out, replaced or swapped with their neighbour to get from one word to the other. */
  readonly whole: number
  /** The same, to get to some beginning of the target. */
  readonly beginning: number
}

/** Optimal string alignment distance from a typed word to a known one, and to the nearest of its beginnings. */
export const editDistance = (typed: string, target: string): EditDistance => {
  const from = [...typed]
  const to = [...target]
  let before: number[] = []
  let previous = to.map((_, j) => j).concat(to.length)
  for (const [i, letter] of from.entries()) {
    const row = [i + 1]
    for (const [j, other] of to.entries()) {
      const replaced = at(previous, j) + (letter === other ? 0 : 1)
      let best = Math.min(at(previous, j + 1) + 1, at(row, j) + 1, replaced)
      if (i > 0 && j > 0 && letter === to[j - 1] && from[i - 1] === other)
        best = Math.min(best, at(before, j - 1) + 1)
      row.push(best)
    }
    before = previous
    previous = row
  }
  return { whole: at(previous, to.length), beginning: Math.min(...previous) }
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY
