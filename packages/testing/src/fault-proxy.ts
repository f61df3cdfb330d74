import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { type Fault, openLine, type Weather } from './fault-line.ts'
import { portOf } from './port-of.ts'

/**
 * A TCP proxy before a service, to take the service away as networks and crashes do. It begins `up`;
 * each of the verbs ends what another began.
 */
export interface FaultProxy extends AsyncDisposable {
  /** The target's URL, with the proxy's host and port. */
  readonly url: string
  /**
   * Everything passes again. A connection that missed something meanwhile cannot be made whole: it is reset.
   * Resolves once new connections are welcome.
   */
  up(): Promise<void>
  /** Resets every connection and refuses new ones (ECONNREFUSED). Resolves once that is so. */
  down(): Promise<void>
  /** A black hole: connections stay, new ones are accepted, and nothing gets through either way, no end either. */
  hang(): void
  /** Requests pass, replies do not: what was asked for is done, and nobody hears of it. */
  loseReplies(): void
  /** Everything passes, in order, `ms` milliseconds late each way. */
  slow(ms: number): void
  /** Resets every connection there is, and changes nothing else. */
  reset(): void
  /** How many clients are connected now. */
  connections(): number
}

/** Starts a proxy on a port of 127.0.0.1 before what a URL leads to; `tcp://host:port` where there is no scheme. */
export const startFaultProxy = async (target: string): Promise<FaultProxy> => {
  const url = new URL(target)
  const to = { host: url.hostname, port: portOf(url) }
  const weather: Weather = { fault: undefined, delayMs: 0 }
  const lines = new Set<ReturnType<typeof openLine>>()
  const server = createServer({ allowHalfOpen: true }, near => {
    // Whoever comes into a black hole has not reached the service.
    const far = weather.fault === 'hang' ? undefined : connect({ ...to, allowHalfOpen: true })
    const line = openLine(near, far, weather, () => lines.delete(line))
    lines.add(line)
  })
  const port = await listenSomewhere(server)
  url.host = `127.0.0.1:${port}`

  const become = (fault: Fault | undefined, delayMs = 0) => Object.assign(weather, { fault, delayMs })
  const reset = () => {
    for (const line of lines) line.reset()
  }
  const down = async () => {
    become(undefined)
    const closed = server.listening && once(server.close(), 'close')
    reset()
    await closed
  }
  return {
    url: url.href,
    async up() {
      become(undefined)
      for (const line of lines) if (line.isBroken()) line.reset()
      if (!server.listening) await listen(server, port)
    },
    down,
    hang: () => void become('hang'),
    loseReplies: () => void become('lose-replies'),
    slow: ms => void become(undefined, ms),
    reset,
    connections: () => [...lines].filter(line => line.isConnected()).length,
    [Symbol.asyncDispose]: down,
  }
}

/** A port that is still ours after a while of not listening: the system hands out those above to whoever connects. */
const listenSomewhere = async (server: Server, tries = 20): Promise<number> => {
  const port = randomInt(20_000, 32_000)
  try {
    await listen(server, port)
    return port
  } catch (error) {
    if (tries === 0) throw error
    return listenSomewhere(server, tries - 1)
  }
}

const listen = async (server: Server, port: number) => {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}
