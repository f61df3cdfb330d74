import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** Stands between two processes of a shop, and may have something happen at the moment of a call. */
export interface CallGate extends AsyncDisposable {
  readonly url: string
  /**
   * The next call of that operation does not get its answer: `before` it never arrives, `after` what was asked has been
   * done. Something happens first; resolves when it has.
   */
  readonly trap: (operation: string, when: 'before' | 'after', happen: () => Promise<void>) => Promise<void>
}

/** Passes on to `target` whatever comes. */
export const openCallGate = async (target: string): Promise<CallGate> => {
  let armed: Trap | undefined
  const take = (path = ''): Trap | undefined => {
    if (armed === undefined || !path.endsWith(`/${armed.operation}`)) return undefined
    const taken = armed
    armed = undefined
    return taken
  }
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming)
    const trap = take(incoming.url)
    if (trap?.when === 'before') await trap.spring()
    else {
      const answer = await ask(target, incoming, body)
      if (trap === undefined) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        return void answer.pipe(outgoing)
      }
      await buffer(answer)
      await trap.spring()
    }
    incoming.socket.destroy()
  }
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => incoming.socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the gate has no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    trap: (operation, when, happen) =>
      new Promise<void>((resolve, reject) => {
        armed = { operation, when, spring: () => happen().then(resolve, reject) }
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Trap {
  readonly operation: string
  readonly when: 'before' | 'after'
  readonly spring: () => Promise<void>
}

const ask = (target: string, { method, url, headers }: IncomingMessage, body: Buffer) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(new URL(url ?? '/', target), { ...(method !== undefined && { method }), headers })
      .on('response', resolve)
      .on('error', reject)
      .end(body)
  })
