import { createServer } from 'node:net'

/**
 * A TCP port free on 127.0.0.1 at this moment: `preferred` if it is free, else one the system picks.
 * Another process may take it before the caller binds it, so the caller retries on EADDRINUSE.
 */
export async function freePort(preferred = 0): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? Promise.reject(new Error('no TCP port is free'))
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address()
      const found = typeof address === 'object' && address !== null ? address.port : undefined
      probe.close(() => resolve(found))
    })
  })
}
