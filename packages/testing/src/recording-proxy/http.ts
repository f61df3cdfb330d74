import { type Direction, type Framer, framerOf } from './frames.ts'

/** HTTP/1.1 (RFC 9112). A frame is a whole request or a whole response: half of one is no request. */
export const httpFramer = (): Framer => {
  const asked: string[] = []
  return framerOf({
    measure: (direction, head) => endOfMessage(direction, head, asked[0]),
    accept: (direction, unit) => {
      const [line = ''] = unit.toString('latin1').split('\r\n', 1)
      if (direction === 'to') {
        const request = requestOf(line)
        asked.push(request)
        return [{ bytes: unit, kind: request }]
      }
      const status = statusOf(line)
      const request = status < 200 ? asked[0] : asked.shift()
      return [{ bytes: unit, kind: `${status} to ${request}` }]
    },
  })
}

/** What the request is, without what differs from one to the next. */
const requestOf = (line: string) => {
  const [method = '', target = ''] = line.split(' ')
  return `${method} ${target.split('?')[0]}`
}

const statusOf = (line: string) => Number(line.split(' ')[1])

const endOfMessage = (
  direction: Direction,
  head: Buffer,
  request: string | undefined,
): number | undefined => {
  const blank = head.indexOf('\r\n\r\n', 0, 'latin1')
  if (blank < 0) return undefined
  const body = blank + 4
  const fields = head.toString('latin1', 0, body)
  if (direction === 'from' && hasNoBody(statusOf(fields), request)) return body
  if (/^transfer-encoding:.*chunked/im.test(fields)) return endOfChunks(head, body)
  const length = /^content-length: *(\d+)/im.exec(fields)?.[1]
  if (length !== undefined) return body + Number(length)
  // Such a response ends with its connection.
  return direction === 'to' ? body : undefined
}

const hasNoBody = (status: number, request: string | undefined) =>
  status < 200 || status === 204 || status === 304 || request?.startsWith('HEAD ') === true

const endOfChunks = (head: Buffer, from: number): number | undefined => {
  let at = from
  for (;;) {
    const lineEnd = head.indexOf('\r\n', at, 'latin1')
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(head.toString('latin1', at, lineEnd), 16)
    if (size === 0) return endOfTrailers(head, lineEnd + 2)
    at = lineEnd + 2 + size + 2
    if (at > head.length) return undefined
  }
}

/** Lines up to an empty one. */
const endOfTrailers = (head: Buffer, from: number): number | undefined => {
  let at = from
  for (;;) {
    const end = head.indexOf('\r\n', at, 'latin1')
    if (end < 0 || end === at) return end < 0 ? undefined : end + 2
    at = end + 2
  }
}
