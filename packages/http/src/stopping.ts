import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Ends connections when the server stops: those that wait for a next request at once; those on which no
 * request has come yet (browsers and load balancers open them in advance) a moment later; those that are being
 * served with their answer, which says so; and whoever does not read the answer, in the end.
 */
export const endConnectionsOnStop = (app: FastifyInstance): void => {
  const { server } = app
  const connections = new Map<Socket, { underWay: number; fresh: boolean }>()
  let stopping = false
  server.on('connection', (socket: Socket) => {
    connections.set(socket, { underWay: 0, fresh: true })
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket)
    if (connection === undefined) return
    connection.underWay += 1
    connection.fresh = false
    response.once('close', () => {
      connection.underWay -= 1
      if (stopping && connection.underWay === 0) socket.destroySoon()
    })
  })
  const end = ({ freshToo }: { readonly freshToo: boolean }) => {
    for (const [socket, { underWay, fresh }] of connections) {
      if (underWay === 0 && (freshToo || !fresh)) socket.destroy()
    }
  }
  // Node's own, called when the server closes, cuts off answers that were written but not yet taken.
  server.closeIdleConnections = () => end({ freshToo: false })
  app.addHook('preClose', async () => {
    stopping = true
    const timers = [
      setTimeout(() => end({ freshToo: true }), graceMs),
      setTimeout(() => server.closeAllConnections(), longestAnswerMs),
    ]
    server.once('close', () => timers.forEach(clearTimeout))
  })
  app.addHook('onSend', async (_, reply) => {
    if (stopping) reply.header('connection', 'close')
  })
}

/** Milliseconds that a request which is on its way has to arrive. */
const graceMs = 250

/** Milliseconds after which whoever was being served has the answer, or does not want it. */
const longestAnswerMs = 5500
