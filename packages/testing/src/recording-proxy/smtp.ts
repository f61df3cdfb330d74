import { type Framer, framerOf } from './frames.ts'

/**
 * SMTP (RFC 5321). A frame is a command, a whole message with the dot that ends it, before which it is not taken,
 * or a reply of one or several lines.
 */
export const smtpFramer = (): Framer => {
  /** What has not been replied to: commands may come several at once (RFC 2920). The first reply is a greeting. */
  const asked = ['connecting']
  let sendingMessage = false
  return framerOf({
    measure: (direction, head) =>
      direction === 'from' ? endOfReply(head) : sendingMessage ? endOfMessage(head) : endOfLine(head, 0),
    accept: (direction, unit) => {
      if (direction === 'to') {
        const kind = sendingMessage ? 'message' : verbOf(unit)
        sendingMessage = false
        asked.push(kind)
        return [{ bytes: unit, kind }]
      }
      const command = asked.shift()
      const code = unit.toString('latin1', 0, 3)
      sendingMessage = command === 'DATA' && code === '354'
      return [{ bytes: unit, kind: `${code} to ${command}` }]
    },
  })
}

const endOfLine = (head: Buffer, from: number): number | undefined => {
  const at = head.indexOf('\r\n', from, 'latin1')
  return at < 0 ? undefined : at + 2
}

const endOfMessage = (head: Buffer): number | undefined => {
  if (head.toString('latin1', 0, 3) === '.\r\n') return 3
  const at = head.indexOf('\r\n.\r\n', 0, 'latin1')
  return at < 0 ? undefined : at + 5
}

/** All lines of a reply but the last have a hyphen after the code. */
const endOfReply = (head: Buffer): number | undefined => {
  let from = 0
  for (;;) {
    const end = endOfLine(head, from)
    if (end === undefined || head[from + 3] !== 0x2d) return end
    from = end
  }
}

const verbOf = (unit: Buffer) => /^[A-Za-z]+/.exec(unit.toString('latin1'))?.[0].toUpperCase() ?? 'line'
