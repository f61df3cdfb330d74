import { connect, createServer, type Server } from 'node:net'

/** Forwards from a port of 127.0.0.1 to where a URL leads, from the moment it is called. */
export const forward = (port: number, target: string): AsyncDisposable => {
  const { hostname, port: targetPort } = new URL(target)
  const server: Server = createServer(socket => {
    const upstream = connect(Number(targetPort), hostname)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.pipe(other)
      one.on('error', () => other.destroy())
    }
  }).listen(port, '127.0.0.1')
  return {
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
