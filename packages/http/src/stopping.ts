import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Ends connections when the server stops. Requests under way are answered, and told that the connection ends
 * with them; Node ends the connections that wait for a next request. The rest is ours: a connection on which no
 * request has come yet (browsers and load balancers open them in advance), and a client that does not read
 * its answer, would hold up the stop for as long as connections may be idle.
 */
export const endConnectionsOnStop = (app: FastifyInstance): void => {
  const underWay = new Map<Socket, number>()
  app.server.on('connection', (socket: Socket) => {
    underWay.set(socket, 0)
    socket.once('close', () => underWay.delete(socket))
  })
  app.server.on('request', ({ socket }, response) => {
    const count = (by: number) => {
      const before = underWay.get(socket)
      if (before !== undefined) underWay.set(socket, before + by)
    }
    count(1)
    response.once('close', () => count(-1))
  })
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
    const endWaiting = () => {
      for (const [socket, requests] of underWay) if (requests === 0) socket.destroy()
    }
    const timers = [
      setTimeout(endWaiting, graceMs),
      setTimeout(() => app.server.closeAllConnections(), longestAnswerMs),
    ]
    app.server.once('close', () => timers.forEach(clearTimeout))
  })
  app.addHook('onSend', async (_, reply) => {
    if (stopping) reply.header('connection', 'close')
  })
}

/** Milliseconds that a request which is on its way has to arrive. */
const graceMs = 250

/** Milliseconds after which whoever was being served has the answer, or does not want it. */
const longestAnswerMs = 6000
