import { randomFillSync } from 'node:crypto'

/**
 * A source of UUIDv7 (RFC 9562, section 5.7) that sort in the order of minting, even while its clock
 * stands still or goes back. The 12 bits after the time are a counter (section 6.2, method 1): it starts
 * at random each millisecond with its highest bit free, and borrows from the next one when it runs over.
 * The 62 bits after that are random in every id.
 *
 * @param clock epoch milliseconds
 */
export const idSource = (clock: () => number = Date.now): (() => string) => {
  const randomBytes = randomSource(10)
  let time = 0
  let counter = 0
  return () => {
    const random = randomBytes()
    const now = clock()
    if (now > time) time = now
    else if (counter < 0xfff) {
      counter += 1
      return uuid(time, counter, random)
    } else time += 1
    counter = random.readUInt16BE(8) & 0x7ff
    return uuid(time, counter, random)
  }
}

/** Random bytes, drawn a few hundred times at once: asking for a few costs as much as asking for many. */
const randomSource = (size: number): (() => Buffer) => {
  const drawn = Buffer.alloc(size * 256)
  let at = drawn.length
  return () => {
    if (at === drawn.length) {
      randomFillSync(drawn)
      at = 0
    }
    at += size
    return drawn.subarray(at - size, at)
  }
}

const uuid = (time: number, counter: number, random: Buffer): string => {
  const [high, low] = [time.toString(16).padStart(12, '0'), random.toString('hex', 0, 8)]
  const variant = (8 + (Number.parseInt(low.charAt(0), 16) & 3)).toString(16)
  const third = `7${counter.toString(16).padStart(3, '0')}`
  return `${high.slice(0, 8)}-${high.slice(8)}-${third}-${variant}${low.slice(1, 4)}-${low.slice(4)}`
}
