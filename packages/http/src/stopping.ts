import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Connections } from './connections.ts'

/**
 * Ends connections when the server stops: those that are being served with their answer, which says so; those
 * that wait for a request a moment later, since the next one may be on its way; and whoever does not read the
 * answer, in the end. Who has connected by then is let in before the door is closed.
 */
export const endConnectionsOnStop = (app: FastifyInstance, connections: Connections): void => {
  const { server } = app
  let stopping = false
  let arrivals = 0
  server.on('connection', () => {
    arrivals += 1
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    arrivals += 1
    response.once('close', () => {
      if (stopping && connections.get(socket)?.underWay === 0) socket.destroySoon()
    })
  })
  const endIdle = async () => {
    await quiet(() => arrivals)
    for (const [socket, { underWay }] of connections) if (underWay === 0) socket.destroy()
  }
  // Node's own, called when the server closes, cuts off requests that are on their way, and answers that were
  // written but not yet taken.
  server.closeIdleConnections = () => undefined
  app.addHook('preClose', async () => {
    stopping = true
    await quiet(() => arrivals)
    const timers = [
      setTimeout(() => void endIdle(), graceMs),
      setTimeout(() => server.closeAllConnections(), longestAnswerMs),
    ]
    server.once('close', () => timers.forEach(clearTimeout))
  })
  app.addHook('onSend', async (_, reply) => {
    if (stopping) reply.header('connection', 'close')
  })
}

/**
 * Waits for whole turns of the event loop in which nobody arrived: connections that the kernel has taken in on
 * our behalf, of which each turn takes over one, and requests that it holds are reset when they are ended unseen.
 */
const quiet = async (arrivals: () => number) => {
  const latest = performance.now() + busyMs
  for (let turns = 0; turns < 2 && performance.now() < latest; ) {
    const before = arrivals()
    await nextTurn()
    turns = arrivals() === before ? turns + 1 : 0
  }
}

/** Milliseconds after which it is no longer waited for a moment in which nobody comes. */
const busyMs = 1000

/** Milliseconds that a request which is on its way has to arrive. */
const graceMs = 500

/** Milliseconds after which whoever was being served has the answer, or does not want it. */
const longestAnswerMs = 5500
