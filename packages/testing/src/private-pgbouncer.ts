import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@plinth/embedded'
import { portOf } from './port-of.ts'
import { isExecutable, type MortalService, onPath, startPrivate } from './private-service.ts'

/**
 * A PgBouncer of this run's own before a server, which gives each transaction a session; undefined where there is none, on
 * PATH or where Debian puts it. It has few sessions, so that clients share them.
 */
export async function startPrivatePgbouncer(serverUrl: string): Promise<MortalService | undefined> {
  const command = onPath('pgbouncer') ?? ['/usr/sbin/pgbouncer'].find(isExecutable)
  if (command === undefined) return undefined
  const port = await freePort()
  const server = new URL(serverUrl)
  const url = new URL(serverUrl)
  url.host = `127.0.0.1:${port}`
  const password = server.password === '' ? '' : ` password='${decodeURIComponent(server.password)}'`
  const settings = `
[databases]
* = host=${server.hostname} port=${portOf(server)} user=${decodeURIComponent(server.username)}${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
`
  return startPrivate({
    name: 'pgbouncer',
    url: url.href,
    programs: async folder => {
      const file = join(folder, 'pgbouncer.ini')
      await writeFile(file, settings)
      await chmod(folder, 0o755)
      // It does not run as root.
      const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
      return [{ command, args: [...user, file] }]
    },
    ready: () => isOpen(port),
    withinMs: 10_000,
  })
}

const isOpen = async (port: number): Promise<boolean> => {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
