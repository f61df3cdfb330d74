/** `to` the service or `from` it. */
export type Direction = 'to' | 'from'

/** What a protocol passes at a time, from the point of view of who is killed in between. */
export interface Frame {
  readonly bytes: Buffer
  /** What it is, in a few words that are the same in every run: `insert into orders.order`, `basic.ack`. */
  readonly kind: string
}

/** Takes the two directions of one connection apart. The bytes of all frames are the bytes that came, in order. */
export interface Framer {
  /** The frames that are whole now. */
  readonly take: (direction: Direction, chunk: Buffer) => Frame[]
  /** What came after the last frame that was whole: of use once nothing more can come. */
  readonly rest: (direction: Direction) => Buffer
}

/** How a protocol is taken apart. Both directions share what they know of the connection. */
export interface Grammar {
  /** How many bytes at the head make one unit; undefined while that cannot be told, or they are not all there. */
  readonly measure: (direction: Direction, head: Buffer) => number | undefined
  /** Takes a unit in; gives the frames that are whole with it. */
  readonly accept: (direction: Direction, unit: Buffer) => Frame[]
}

/** A framer for one connection. */
export const framerOf = ({ measure, accept }: Grammar): Framer => {
  const unread: Record<Direction, Buffer> = { to: Buffer.alloc(0), from: Buffer.alloc(0) }
  const unframed: Record<Direction, Buffer[]> = { to: [], from: [] }
  return {
    take(direction, chunk) {
      let head: Buffer = unread[direction].length === 0 ? chunk : Buffer.concat([unread[direction], chunk])
      const whole: Frame[] = []
      for (;;) {
        const size = measure(direction, head)
        if (size === undefined || size > head.length || size === 0) break
        const unit = head.subarray(0, size)
        head = head.subarray(size)
        unframed[direction].push(unit)
        const frames = accept(direction, unit)
        if (frames.length > 0) unframed[direction] = []
        whole.push(...frames)
      }
      unread[direction] = head
      return whole
    },
    rest: direction => Buffer.concat([...unframed[direction], unread[direction]]),
  }
}
