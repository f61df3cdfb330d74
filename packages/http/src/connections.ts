import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Bounds that keep slow clients from holding a server. */
export interface ConnectionLimits {
  /** Connections at most (5,000); whoever comes beyond that takes the place of one on which nothing is under way. */
  readonly maxConnections: number
  /** Milliseconds from a request's headers until its answer has to be taken, to the last byte (30,000); a tenth more at most. */
  readonly answerTimeoutMs: number
}

/** The connections of a server, oldest first, each with how many requests are under way on it. */
export type Connections = ReadonlyMap<Socket, { readonly underWay: number }>

/**
 * Keeps count of connections, and keeps them within bounds. Node bounds the time in which headers and body have to
 * arrive, and how long nothing may happen; it lets a client take its answer byte by byte for as long as it likes, and
 * any number of connections wait until there are no more files to be opened.
 */
export const watchConnections = (
  server: Server,
  { maxConnections, answerTimeoutMs }: ConnectionLimits,
): Connections => {
  const connections = new Map<Socket, { underWay: number; since: number }>()
  // One look at all of them now and then, in place of a timer for each request.
  const look = setInterval(() => {
    const begun = performance.now() - answerTimeoutMs
    for (const [socket, { underWay, since }] of connections)
      if (underWay > 0 && since < begun) socket.destroy()
  }, answerTimeoutMs / 10).unref()
  server.on('close', () => clearInterval(look))
  server.on('connection', (socket: Socket) => {
    if (connections.size >= maxConnections && !makeRoom(connections)) return socket.destroy()
    connections.set(socket, { underWay: 0, since: 0 })
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket)
    if (connection === undefined) return
    if (connection.underWay === 0) connection.since = performance.now()
    connection.underWay += 1
    response.once('close', () => {
      connection.underWay -= 1
      connection.since = performance.now()
    })
  })
  return connections
}

/** Ends the connection that has waited for longest, for its first request or for another one. */
const makeRoom = (connections: Map<Socket, { readonly underWay: number }>): boolean => {
  for (const [socket, { underWay }] of connections) {
    if (underWay > 0) continue
    connections.delete(socket)
    socket.destroy()
    return true
  }
  return false
}
