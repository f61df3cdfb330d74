import { type Framer, framerOf } from './frames.ts'

/** Redis' protocol, RESP2 and RESP3. A frame is one command, one reply, or one message that was pushed. */
export const redisFramer = (): Framer => {
  const asked: string[] = []
  return framerOf({
    measure: (_, head) => endOfValue(head, 0),
    accept: (direction, unit) => {
      if (direction === 'to') {
        const command = commandOf(unit)
        asked.push(command)
        return [{ bytes: unit, kind: command }]
      }
      const question = unit[0] === PUSH ? undefined : asked.shift()
      return [{ bytes: unit, kind: question === undefined ? 'message' : `answer to ${question}` }]
    },
  })
}

const PUSH = 0x3e

/** Where the value ends that begins there; undefined while it is not all there. */
const endOfValue = (bytes: Buffer, at: number): number | undefined => {
  const lineEnd = bytes.indexOf('\r\n', at, 'latin1')
  if (lineEnd < 0) return undefined
  const next = lineEnd + 2
  const count = Number(bytes.toString('latin1', at + 1, lineEnd))
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '$':
    case '=':
    case '!':
      if (count < 0) return next
      return bytes.length < next + count + 2 ? undefined : next + count + 2
    case '*':
    case '~':
    case '>':
      return endOfValues(bytes, next, count)
    case '%':
      return endOfValues(bytes, next, count * 2)
    case '|':
      return endOfValues(bytes, next, count * 2 + 1)
    default:
      return next
  }
}

const endOfValues = (bytes: Buffer, from: number, count: number): number | undefined => {
  let at: number | undefined = from
  for (let left = count; left > 0 && at !== undefined; left -= 1)
    at = at < bytes.length ? endOfValue(bytes, at) : undefined
  return at
}

/** The first word; keys differ from run to run. */
const commandOf = (unit: Buffer): string => {
  const lines = unit.toString('latin1').split('\r\n', 3)
  return (unit[0] === 0x2a ? (lines[2] ?? '') : (lines[0]?.split(' ')[0] ?? '')).toLowerCase()
}
