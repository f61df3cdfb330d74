/** Says when another lot may begin, and keeps count of those under way. */
export interface Lanes {
  /** Whether a lot may begin now. */
  isFree(): boolean
  /** Does a lot; calls back whenever another may begin because of it. */
  run<Result>(lot: () => Promise<Result>): Promise<Result>
}

/**
 * One lot at a time, so that all who come meanwhile come together: of two at once each would be smaller, and most of what a
 * lot costs it costs however small it is. One that takes long may be waiting for a lock, and does not hold up the others any more.
 */
export const createLanes = (onFree: () => void): Lanes => {
  let underWay = 0
  let late = 0
  return {
    isFree: () => underWay <= Math.min(late, lotsAtOnce - 1),
    async run(lot) {
      underWay += 1
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        late += 1
        onFree()
      }, lateMs)
      try {
        return await lot()
      } finally {
        clearTimeout(timer)
        underWay -= 1
        if (isLate) late -= 1
        onFree()
      }
    },
  }
}

/** Under way at most. */
const lotsAtOnce = 2
const lateMs = 100
