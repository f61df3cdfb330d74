import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { createRecorder, type NumberedFrame, type Recorder } from '../../src/recording-proxy/recorder.ts'

/** A service that says OK to every line, and remembers what it heard and how its clients ended. */
const startService = async () => {
  const heard: string[] = []
  const ends: string[] = []
  const server = createServer(socket => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      for (const line of text.split('\r\n').slice(0, -1)) {
        heard.push(line)
        socket.write('+OK\r\n')
      }
    })
    socket.on('end', () => ends.push('end')).on('error', () => ends.push('error'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `redis://127.0.0.1:${port}`
  return { url, heard, ends, [Symbol.asyncDispose]: async () => void server.close() }
}

const startClient = async (url: string) => {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  let told = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    told += text
  })
  return {
    say: (...words: string[]) => socket.write(words.map(word => `${word}\r\n`).join('')),
    told: () => told,
    die: () => socket.destroy(),
  }
}

describe('a recorder', () => {
  let recorder: Recorder
  let left: Awaited<ReturnType<typeof startService>>
  let right: Awaited<ReturnType<typeof startService>>
  let clients: Awaited<ReturnType<typeof startClient>>[]
  let url: string
  let stack: AsyncDisposableStack

  beforeEach(async () => {
    stack = new AsyncDisposableStack()
    recorder = createRecorder()
    left = stack.use(await startService())
    right = stack.use(await startService())
    const [one, two] = [
      stack.use(await recorder.between('left', 'redis', left.url)),
      stack.use(await recorder.between('right', 'redis', right.url)),
    ]
    url = one.url
    clients = [await startClient(one.url), await startClient(two.url)]
    stack.defer(() => {
      for (const client of clients) client.die()
    })
  })
  afterEach(() => stack.disposeAsync())

  const client = (n: number) => {
    const found = clients[n]
    if (found === undefined) throw new Error('no such client')
    return found
  }

  test('numbers what passes to and from all services, from the moment it is armed', async () => {
    client(0).say('PING')
    await eventually(() => client(0).told() === '+OK\r\n')
    recorder.arm()
    client(0).say('GET a')
    await eventually(() => client(0).told() === '+OK\r\n+OK\r\n')
    client(1).say('GET b', 'SET b')
    await eventually(() => client(1).told() === '+OK\r\n+OK\r\n')
    const frames = recorder.disarm()
    expect(frames.map(({ number, service, direction, kind }) => [number, service, direction, kind])).toEqual([
      [1, 'left', 'to', 'get'],
      [2, 'left', 'from', 'answer to get'],
      [3, 'right', 'to', 'get'],
      [4, 'right', 'to', 'set'],
      [5, 'right', 'from', 'answer to get'],
      [6, 'right', 'from', 'answer to set'],
    ])
    client(1).say('SET b')
    await eventually(() => client(1).told().length === 15)
    expect(recorder.disarm()).toHaveLength(6)
  })

  test.each(['before', 'after'] as const)('lets nothing pass from %s a frame on', async when => {
    const sprung: NumberedFrame[] = []
    recorder.arm({
      when,
      catches: ({ kind, nth }) => kind === 'set' && nth === 2,
      spring: frame => sprung.push(frame),
    })
    client(0).say('SET 1')
    await eventually(() => client(0).told() === '+OK\r\n')
    client(0).say('SET 2', 'SET 3')
    await eventually(() => sprung.length === 1)
    client(1).say('SET 4')
    for (const each of clients) each.die()
    await eventually(() => left.ends.length === 1 && right.ends.length === 1)

    expect(sprung).toEqual([{ number: 3, service: 'left', direction: 'to', kind: 'set', nth: 2 }])
    expect(left.heard).toEqual(when === 'before' ? ['SET 1'] : ['SET 1', 'SET 2'])
    expect(right.heard).toEqual([])
    expect([left.ends, right.ends]).toEqual([['end'], ['end']])
    expect(client(0).told()).toBe('+OK\r\n')
  })

  test('springs once, and lets those pass who come afterwards', async () => {
    const sprung: NumberedFrame[] = []
    recorder.arm({ when: 'before', catches: () => true, spring: frame => sprung.push(frame) })
    client(0).say('GET a')
    await eventually(() => sprung.length === 1)
    const next = await startClient(url)
    clients.push(next)
    next.say('GET a')
    await eventually(() => next.told() === '+OK\r\n')
    expect(sprung).toHaveLength(1)
  })
})
