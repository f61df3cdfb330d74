import { connect } from 'node:net'
import { freePort } from '@plinth/embedded'
import { type MortalService, onPath, startPrivate } from './private-service.ts'

/** A Redis of this run's own from the `redis-server` on PATH, without persistence; undefined when there is none. */
export async function startPrivateRedis(): Promise<MortalService | undefined> {
  const command = onPath('redis-server')
  if (!command) return undefined
  const port = await freePort()
  return startPrivate({
    name: 'redis',
    url: `redis://127.0.0.1:${port}`,
    programs: folder => [
      {
        command,
        args: [
          '--port',
          String(port),
          '--bind',
          '127.0.0.1',
          '--dir',
          folder,
          '--save',
          '',
          '--appendonly',
          'no',
        ],
      },
    ],
    ready: () => ping(port),
    withinMs: 10_000,
  })
}

function ping(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write('PING\r\n'))
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1000, () => done(false))
    socket.once('error', () => done(false))
    socket.once('data', data => done(data.toString().startsWith('+PONG')))
  })
}
