import { once } from 'node:events'
import type { Server } from 'node:net'

/** Has a server listen on loopback, at a free port, and gives the URL of what it stands before with its host and port. */
export const listenBefore = async (server: Server, url: string): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const here = new URL(url)
  here.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return here.href
}
