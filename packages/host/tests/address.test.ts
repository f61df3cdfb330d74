import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { listenAt } from '../src/address.ts'

test('a crowd of 1,500 that knocks in one moment is let in, and nobody has to knock again', async () => {
  const app = fastify()
  const url = await listenAt(app, { host: '127.0.0.1', port: 0 })
  const sockets: Socket[] = []
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await app.close()
  })
  const port = Number(new URL(url).port)
  for (let n = 0; n < 1_500; n += 1) sockets.push(connect(port, '127.0.0.1'))
  const connected = Promise.all(sockets.map(socket => once(socket, 'connect')))
  let knocked = 0
  // Nobody is let in for two seconds, in which whoever was not heard has knocked a second time, after one. The third time
  // is after three.
  process.nextTick(() => {
    knocked = performance.now()
    while (performance.now() - knocked < 2_000);
  })
  await connected
  expect(performance.now() - knocked).toBeLessThan(2_600)
})
