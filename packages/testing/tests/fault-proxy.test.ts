import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { eventually, startFaultProxy } from '../src/index.ts'

test('while it is up everything passes both ways, the end as well', async () => {
  const { proxy, client } = await given()
  const ann = await client()
  expect(await ann.ask('one')).toBe('echo one')
  expect(proxy.connections()).toBe(1)
  ann.socket.end()
  await once(ann.socket, 'close')
  await eventually(() => proxy.connections() === 0)
})

test('its URL is the target’s but for host and port', async () => {
  const proxy = await startFaultProxy('amqp://me:secret@localhost/%2Fshop?heartbeat=5')
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  expect(proxy.url).toMatch(/^amqp:\/\/me:secret@127\.0\.0\.1:\d+\/%2Fshop\?heartbeat=5$/)
})

test('down resets who is there and refuses who comes, until it is up', async () => {
  const { proxy, client } = await given()
  const ann = await client()
  await proxy.down()
  expect(await ann.end).toMatchObject({ code: 'ECONNRESET' })
  await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.up()
  expect(await (await client()).ask('two')).toBe('echo two')
})

test('hanging lets nothing through, accepts who comes, and resets both when it is up', async () => {
  const { proxy, client, heard } = await given()
  const [idle, ann] = [await client(), await client()]
  proxy.hang()
  ann.socket.write('into the hole')
  const bob = await client()
  bob.socket.write('into the hole')
  await eventually(() => proxy.connections() === 3)
  await expect(Promise.race([ann.end, bob.end, silenceOf(100)])).resolves.toBe('silence')
  await proxy.up()
  expect(await ann.end).toMatchObject({ code: 'ECONNRESET' })
  expect(await bob.end).toMatchObject({ code: 'ECONNRESET' })
  expect(heard()).toEqual([])
  expect(await idle.ask('missed nothing')).toBe('echo missed nothing')
})

test('while it hangs the service does not hear that a client has gone', async () => {
  const { proxy, client, clients } = await given()
  const ann = await client()
  await ann.ask('there')
  proxy.hang()
  ann.socket.destroy()
  await eventually(() => proxy.connections() === 0)
  expect(clients()).toBe(1)
  await proxy.up()
  await eventually(() => clients() === 0)
})

test('lost replies leave what was asked for done, and the asker without an answer', async () => {
  const { proxy, client, heard } = await given()
  const [ann, impatient] = [await client(), await client()]
  proxy.loseReplies()
  impatient.socket.destroy()
  await eventually(() => proxy.connections() === 1)
  ann.socket.write('pay')
  await eventually(() => expect(heard()).toEqual(['pay']))
  await expect(Promise.race([ann.end, silenceOf(50)])).resolves.toBe('silence')
  await proxy.up()
  expect(await ann.end).toMatchObject({ code: 'ECONNRESET' })
})

test('slow delays each way and keeps the order', async () => {
  const { proxy, client, heard } = await given()
  const ann = await client()
  proxy.slow(60)
  const begun = performance.now()
  expect(await ann.ask('first')).toBe('echo first')
  expect(performance.now() - begun).toBeGreaterThan(115)
  ann.socket.write('late')
  await proxy.up()
  ann.socket.write(' early')
  await eventually(() => expect(heard().join('')).toBe('firstlate early'))
})

test('reset cuts who is there and welcomes who comes', async () => {
  const { proxy, client } = await given()
  const ann = await client()
  proxy.reset()
  expect(await ann.end).toMatchObject({ code: 'ECONNRESET' })
  expect(await (await client()).ask('again')).toBe('echo again')
})

test('reset leaves nobody behind, also of those who are being told the end at that moment', async () => {
  const service = createServer(socket => void socket.on('error', () => undefined).end('bye'))
  await once(service.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void service.close())
  const address = service.address()
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere')
  const proxy = await startFaultProxy(`tcp://127.0.0.1:${address.port}`)
  onTestFinished(() => proxy[Symbol.asyncDispose]())
  for (let time = 0; time < 300; time += 1) {
    const client = connect(Number(new URL(proxy.url).port), '127.0.0.1')
    client.on('error', () => undefined).on('data', () => proxy.reset())
    await once(client, 'close')
  }
  await eventually(() => proxy.connections() === 0)
})

test('a service that is gone itself is a reset', async () => {
  const { client, stop } = await given()
  await stop()
  expect(await (await client()).end).toMatchObject({ code: 'ECONNRESET' })
})

/** A service that says back what it hears, behind a proxy. */
const given = async () => {
  const heard: string[] = []
  const there = new Set<Socket>()
  const server = createServer(socket => {
    there.add(socket)
    socket.on('data', data => {
      heard.push(String(data))
      socket.write(`echo ${String(data)}`)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => there.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const proxy = await startFaultProxy(`tcp://127.0.0.1:${port}`)
  const stop = async () => {
    if (server.listening) await once(server.close(), 'close')
  }
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    await stop()
  })
  const client = async () => {
    const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
    await once(socket, 'connect')
    const end = new Promise(resolve => socket.once('error', resolve).once('close', resolve))
    const ask = async (text: string) => {
      socket.write(text)
      const [answer] = await once(socket, 'data')
      return String(answer)
    }
    return { socket, end, ask }
  }
  return { proxy, client, heard: () => heard, clients: () => there.size, stop }
}

const silenceOf = (ms: number) => new Promise(resolve => setTimeout(resolve, ms, 'silence'))
