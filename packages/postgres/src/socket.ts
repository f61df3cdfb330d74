import { connect, isIP, type Socket } from 'node:net'
import { ConnectionLost } from './failure.ts'

/** Where postgres.js was told to connect, after it has read the URL and the environment. */
export interface SocketAddress {
  readonly host: readonly string[]
  readonly port: readonly number[]
  /** A unix socket; goes before host and port. */
  readonly path?: string | false
}

/**
 * Sockets for a driver that gets exactly one: the hosts are tried in order, and a second request is refused. So a
 * connection that broke cannot come back under a transaction that began on the former one.
 */
export const onlyOneSocket = () => {
  let socket: Socket | undefined
  let asked = false
  let abandoned = false
  return {
    /** For postgres.js's `socket` option. */
    async open(address: SocketAddress): Promise<Socket> {
      if (asked || abandoned) throw new ConnectionLost('the connection is gone')
      asked = true
      let failure: unknown = new ConnectionLost('there is no host to connect to')
      for (const target of targetsOf(address)) {
        try {
          socket = await connected(target)
          if (!abandoned) return gathering(socket)
          socket.destroy()
          throw new ConnectionLost('the connection was given up')
        } catch (error) {
          failure = error
        }
      }
      throw failure
    },
    /** Ends it at once, whatever is on its way. */
    destroy() {
      abandoned = true
      socket?.destroy()
    },
  }
}

/**
 * Sends what is written in one turn of the event loop in one system call. The driver holds small statements back until
 * the end of the turn, which is when this sends, but writes at once whatever makes more than a kilobyte.
 */
const gathering = (socket: Socket): Socket => {
  const write = socket.write.bind(socket)
  let held = false
  const send = () => {
    held = false
    socket.uncork()
  }
  const gather = (...args: Parameters<typeof write>): boolean => {
    if (!held) {
      held = true
      socket.cork()
      // Behind the driver's own immediate, which it asks for in this tick.
      process.nextTick(() => setImmediate(send))
    }
    return write(...args)
  }
  return Object.assign(socket, { write: gather })
}

type Target = { readonly path: string } | { readonly host: string; readonly port: number }

const targetsOf = ({ path, host, port }: SocketAddress): Target[] =>
  typeof path === 'string' && path !== ''
    ? [{ path }]
    : host.map((name, at) => ({ host: name, port: port[at] ?? port[0] ?? 5432 }))

const connected = (target: Target): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(target)
    // Without this a small statement waits for the acknowledgement of the one before it.
    socket.setNoDelay(true)
    // postgres.js reads the name to verify the server's certificate against.
    if ('host' in target && isIP(target.host) === 0) Object.assign(socket, { host: target.host })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
