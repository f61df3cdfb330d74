import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@plinth/embedded'
import { connect } from 'amqplib'
import { isExecutable, type MortalService, onPath, type Program, startPrivate } from './private-service.ts'

/** The script Debian's `rabbitmq-server` wraps to switch to the user `rabbitmq` and its fixed folders. */
const wrapped = '/usr/lib/rabbitmq/bin/rabbitmq-server'

/**
 * A RabbitMQ of this run's own from the `rabbitmq-server` on PATH: own node name, ports and folders, so it
 * neither meets nor disturbs one that runs already. Undefined when there is none.
 */
export async function startPrivateRabbitmq(): Promise<MortalService | undefined> {
  const command = serverScript()
  if (!command) return undefined
  const [port, distPort, epmdPort] = [await freePort(), await freePort(), await freePort()]
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  return startPrivate({
    name: 'rabbitmq',
    url,
    programs: folder => programs(folder, command, { port, distPort, epmdPort }),
    ready: () => answers(url),
    withinMs: 90_000,
  })
}

function serverScript(): string | undefined {
  const found = onPath('rabbitmq-server')
  if (!found) return undefined
  return isExecutable(wrapped) && readFileSync(found, 'utf8').includes('/usr/lib/rabbitmq/bin/')
    ? wrapped
    : found
}

async function programs(
  folder: string,
  command: string,
  ports: { port: number; distPort: number; epmdPort: number },
): Promise<Program[]> {
  const config = join(folder, 'rabbitmq.conf')
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${ports.port}`,
    'disk_free_limit.absolute = 50MB',
    'log.console.level = error',
  ]
  await writeFile(config, `${lines.join('\n')}\n`)
  await writeFile(join(folder, 'enabled_plugins'), '[].\n')
  const epmd = onPath('epmd')
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name))),
    HOME: folder,
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none'),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_NODENAME: `plinth-${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.distPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    ERL_CRASH_DUMP: join(folder, 'erl_crash.dump'),
    ...(epmd ? { ERL_EPMD_PORT: String(ports.epmdPort), ERL_EPMD_ADDRESS: '127.0.0.1' } : {}),
  }
  // Erlang's port mapper would otherwise be started as a daemon that outlives the run.
  const mapper = epmd ? [{ command: epmd, args: ['-port', String(ports.epmdPort)], env }] : []
  return [...mapper, { command, args: [], env }]
}

async function answers(url: string): Promise<boolean> {
  const connection = await connect(url, { timeout: 5000 })
  await connection.close()
  return true
}
