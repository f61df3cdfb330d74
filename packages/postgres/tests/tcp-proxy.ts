import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy before a server, to take it away. */
export interface TcpProxy extends AsyncDisposable {
  /** The server's URL, by way of the proxy. */
  readonly url: string
  /** `down` refuses and resets; `silent` accepts and forwards nothing; `up` lets everything through. */
  become(state: 'up' | 'down' | 'silent'): Promise<void>
}

/** A proxy for the server behind a URL. */
export const startTcpProxy = async (target: string): Promise<TcpProxy> => {
  const url = new URL(target)
  const { hostname, port } = url
  const sockets = new Set<Socket>()
  let silent = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer(near => {
    const far = keep(connect({ host: hostname, port: Number(port) }))
    keep(near)
    near.on('data', data => silent || far.write(data)).on('close', () => far.destroy())
    far.on('data', data => silent || near.write(data)).on('close', () => near.destroy())
  })
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const address = server.address()
  const own = isAddress(address) ? address.port : 0
  url.host = `127.0.0.1:${own}`
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    await closed
  }
  return {
    url: url.href,
    async become(state) {
      silent = state === 'silent'
      if (state === 'down') await close()
      else if (!server.listening) await listen(own)
      // What was swallowed cannot be made up for: those connections are broken.
      if (state === 'up') for (const socket of sockets) socket.destroy()
    },
    [Symbol.asyncDispose]: close,
  }
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  address !== null && typeof address === 'object'
