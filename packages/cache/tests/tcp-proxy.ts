import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** A way to Redis that can be made to fail: what the tests break instead of Redis itself. */
export interface TcpProxy extends AsyncDisposable {
  readonly url: string
  /** What goes through from now on: everything; nothing either way; requests, but no replies. */
  flow: 'all' | 'nothing' | 'requests'
  /** Connections that are open now. */
  connections(): number
  /** Cuts all connections; `close` also refuses new ones, until `open`. */
  cut(): void
  close(): Promise<void>
  open(): Promise<void>
}

/** A proxy in front of the Redis of this URL, on a port of its own. */
export const createTcpProxy = async (target: string): Promise<TcpProxy> => {
  const { hostname, port, pathname } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer(inbound => {
    const outbound = connect(Number(port || 6379), hostname)
    for (const socket of [inbound, outbound]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        inbound.destroy()
        outbound.destroy()
      })
    }
    inbound.on('data', data => {
      if (proxy.flow !== 'nothing') outbound.write(data)
    })
    outbound.on('data', data => {
      if (proxy.flow === 'all') inbound.write(data)
    })
  })
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const address = server.address()
  const own = portOf(address)
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  const proxy: TcpProxy = {
    url: `redis://127.0.0.1:${own}${pathname}`,
    flow: 'all',
    connections: () => sockets.size / 2,
    cut,
    close,
    open: () => listen(own),
    [Symbol.asyncDispose]: close,
  }
  return proxy
}

const portOf = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}
