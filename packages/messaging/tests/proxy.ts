import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can fail as networks and servers do. */
export interface TcpProxy extends AsyncDisposable {
  /** The given URL with the proxy's host and port. */
  readonly url: string
  /** Resets every connection and refuses new ones. */
  down(): void
  /** Keeps connections open and lets nothing through, either way. */
  hang(): void
  /** Lets everything through again; what hung meanwhile is reset. */
  up(): void
  /** Resets every connection; new ones are welcome. */
  reset(): void
}

/** Starts a proxy before the server that a URL names. */
export const startProxy = async (target: string): Promise<TcpProxy> => {
  const to = new URL(target)
  const pairs = new Set<readonly [Socket, Socket]>()
  let mode: 'up' | 'down' | 'hang' = 'up'
  const server = createServer(client => {
    if (mode === 'down') return void client.resetAndDestroy()
    const upstream = connect(Number(to.port), to.hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    for (const [from, into] of [pair, [upstream, client] as const]) {
      from.on('data', bytes => mode === 'up' && into.write(bytes))
      from.on('error', () => undefined)
      from.on('close', () => {
        pairs.delete(pair)
        into.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  const reset = () => {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
  }
  return {
    url: url.toString(),
    reset,
    down() {
      mode = 'down'
      reset()
    },
    hang() {
      mode = 'hang'
    },
    up() {
      if (mode === 'hang') reset()
      mode = 'up'
    },
    async [Symbol.asyncDispose]() {
      mode = 'down'
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
