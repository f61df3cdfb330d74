import { createServer } from 'node:net'
import { freePort } from '@plinth/embedded'

/** What listens where a PostgreSQL should be and lets nobody in, as one does whose password was changed. */
export const refusingPostgres = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  const port = await freePort()
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => socket.end(refusal('28P01', 'password authentication failed for user "shop"')))
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `postgres://shop:very-secret@127.0.0.1:${port}/shop?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

/** An ErrorResponse: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const refusal = (code: string, message: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}
