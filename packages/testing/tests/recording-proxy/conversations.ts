import type { Direction } from '../../src/recording-proxy/frames.ts'

/** What one side says at a time, and the kinds of the frames in it. */
export interface Turn {
  readonly direction: Direction
  readonly bytes: Buffer
  readonly kinds: readonly string[]
}

const turn = (direction: Direction, bytes: Buffer | string, ...kinds: string[]): Turn => ({
  direction,
  bytes: Buffer.from(bytes as string),
  kinds,
})

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const message = (type: string, ...parts: (Buffer | string)[]) => {
  const body = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}
const untyped = (...parts: Buffer[]) => message('', ...parts)
const all = (...parts: Buffer[]) => Buffer.concat(parts)

const insert = 'insert into orders.order (id)\n  values ($1)'
const bind = (statement: string) => message('B', `\0${statement}\0`, 'parameters')
const executed = all(message('E', '\0', int32(0)), message('S'))

const postgres: readonly Turn[] = [
  turn('to', untyped(int32(80_877_103)), 'encryption request'),
  turn('from', 'N', 'encryption answer'),
  turn('to', untyped(int32(196_608), Buffer.from('user\0shop\0\0')), 'startup'),
  turn('from', message('R', int32(10), 'SCRAM-SHA-256\0\0'), 'authentication'),
  turn('to', message('p', 'secret'), 'password'),
  turn(
    'from',
    all(message('R', int32(0)), message('S', 'TimeZone\0UTC\0'), message('K', int32(1)), message('Z', 'I')),
    ...['authentication', 'parameter', 'key', 'answer to startup'],
  ),
  turn('to', message('Q', 'begin\0'), 'begin'),
  turn('from', all(message('C', 'BEGIN\0'), message('Z', 'T')), 'answer to begin'),
  turn(
    'to',
    all(message('P', `one\0${insert}\0`), message('D', 'Sone\0'), message('H')),
    'prepare insert into orders.order (id) values ($1)',
  ),
  turn(
    'from',
    all(message('1'), message('t', int32(0)), message('n')),
    'answer to prepare insert into orders.order (id) values ($1)',
  ),
  // Two statements down the line at once are two requests.
  turn(
    'to',
    all(bind('one'), executed, bind('one'), executed),
    ...['insert into orders.order (id) values ($1)', 'insert into orders.order (id) values ($1)'],
  ),
  turn(
    'from',
    all(message('2'), message('C', 'INSERT 0 1\0'), message('Z', 'T'), message('E', 'SERROR\0VERROR\0\0')),
    'answer to insert into orders.order (id) values ($1)',
  ),
  turn('from', message('Z', 'E'), 'answer to insert into orders.order (id) values ($1)'),
  turn('from', message('A', int32(7), 'outbox\0\0'), 'notification outbox'),
  turn('from', message('E', 'SFATAL\0VFATAL\0\0'), 'fatal error'),
  turn('to', message('Q', 'commit\0'), 'commit after insert into orders.order (id) values ($1)'),
  turn('to', message('X'), 'terminate'),
]

const shortText = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
const frame = (type: number, channel: number, payload: Buffer) =>
  all(Buffer.from([type, channel >> 8, channel & 255]), int32(payload.length), payload, Buffer.from([0xce]))
const method = (channel: number, group: number, id: number, ...parts: Buffer[]) =>
  frame(1, channel, all(Buffer.from([0, group, 0, id]), ...parts))
const header = (channel: number, size: number) =>
  frame(2, channel, all(Buffer.from([0, 60, 0, 0, 0, 0, 0, 0]), int32(size)))
const nothing = Buffer.alloc(9)

const amqp: readonly Turn[] = [
  turn('to', 'AMQP\0\0\x09\x01', 'protocol header'),
  turn('from', method(0, 10, 10), 'connection.start'),
  turn('to', method(3, 85, 10), 'confirm.select'),
  // A message is whole with its body, whatever other channels say in the middle of it.
  turn(
    'to',
    all(
      method(3, 60, 40, Buffer.from([0, 0]), shortText('shop.events'), shortText('orders.placed')),
      header(3, 6),
      frame(3, 3, Buffer.from('one')),
      frame(8, 0, Buffer.alloc(0)),
      frame(3, 3, Buffer.from('two')),
    ),
    ...['heartbeat', 'basic.publish orders.placed'],
  ),
  turn('from', method(3, 60, 80, nothing), 'basic.ack'),
  turn(
    'from',
    all(
      method(5, 60, 60, shortText('tag'), nothing, shortText('shop.events'), shortText('orders.cancelled')),
      header(5, 0),
    ),
    'basic.deliver orders.cancelled',
  ),
  turn('to', method(5, 99, 98), '99.98'),
]

const redis: readonly Turn[] = [
  turn('to', '*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n*1\r\n$4\r\nPING\r\n', 'get', 'ping'),
  turn('from', '$-1\r\n+PONG\r\n', 'answer to get', 'answer to ping'),
  turn('to', 'PING\r\n*1\r\n$7\r\nCOMMAND\r\n', 'ping', 'command'),
  turn('from', '>2\r\n$10\r\ninvalidate\r\n*0\r\n-ERR no\r\n', 'message', 'answer to ping'),
  turn('from', '|1\r\n+ttl\r\n:1\r\n%1\r\n+key\r\n*2\r\n:1\r\n$0\r\n\r\n', 'answer to command'),
  turn('from', '*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n', 'message'),
]

const smtp: readonly Turn[] = [
  turn('from', '220 here\r\n', '220 to connecting'),
  turn('to', 'EHLO shop\r\n', 'EHLO'),
  turn('from', '250-here\r\n250-SIZE 10\r\n250 PIPELINING\r\n', '250 to EHLO'),
  turn('to', 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n', 'MAIL', 'RCPT', 'DATA'),
  turn('from', '250 ok\r\n250 ok\r\n', '250 to MAIL', '250 to RCPT'),
  turn('from', '354 go on\r\n', '354 to DATA'),
  turn('to', 'Subject: x\r\n\r\nDATA\r\n..\r\n.\r\n', 'message'),
  turn('from', '250 taken\r\n', '250 to message'),
  turn('to', 'QUIT\r\n', 'QUIT'),
]

const http: readonly Turn[] = [
  turn('to', 'POST /capture HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n', 'POST /capture'),
  turn(
    'from',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    '100 to POST /capture',
    '204 to POST /capture',
  ),
  turn('to', 'GET /journal?orderId=1 HTTP/1.1\r\nhost: a\r\n\r\n', 'GET /journal'),
  turn(
    'from',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\na;x=1\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n',
    '200 to GET /journal',
  ),
]

/** Conversations in each protocol that there is. */
export const conversations = { postgres, amqp, redis, smtp, http }
