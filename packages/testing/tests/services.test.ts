import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { eventually } from '../src/index.ts'
import { describeService, startTestServices } from '../src/setup.ts'

afterEach(() => vi.unstubAllEnvs())

test('a service named by URL is taken as it is, and its line keeps the password to itself', async () => {
  vi.stubEnv('TEST_DATABASE_URL', 'postgres://ann:secret@db.example.com/shop')
  await using services = await startTestServices(['postgres'])
  const service = services.found.postgres
  expect(service).toEqual({ origin: 'url', url: 'postgres://ann:secret@db.example.com/shop' })
  if (service) {
    expect(describeService('postgres', service)).toBe(
      'PostgreSQL: from TEST_DATABASE_URL, postgres://ann@db.example.com/shop',
    )
  }
})

test('a service declared to be none, or without a program, is absent and its line says what to do', async () => {
  vi.stubEnv('TEST_REDIS_URL', 'none')
  vi.stubEnv('TEST_AMQP_URL', '')
  vi.stubEnv('PATH', '/nowhere')
  await using services = await startTestServices(['redis', 'rabbitmq'], { required: false })
  expect(services.found.redis).toEqual({ origin: 'absent', why: 'TEST_REDIS_URL=none' })
  const rabbitmq = services.found.rabbitmq
  if (rabbitmq) {
    expect(describeService('rabbitmq', rabbitmq)).toBe(
      'RabbitMQ: absent, its tests are left out (set TEST_AMQP_URL, or put rabbitmq-server on the PATH)',
    )
  }
})

test('in CI a missing service is an error that names every one', async () => {
  vi.stubEnv('CI', 'true')
  vi.stubEnv('TEST_REDIS_URL', 'none')
  vi.stubEnv('TEST_AMQP_URL', 'none')
  await expect(startTestServices(['redis', 'rabbitmq'])).rejects.toThrow(
    'Redis is missing: TEST_REDIS_URL=none\nRabbitMQ is missing: TEST_AMQP_URL=none',
  )
})

test('only what is asked for is started', async () => {
  await using services = await startTestServices([])
  expect(services.found).toEqual({})
})

test('services end with the run that started them, even when it is killed', async () => {
  const program = fileURLToPath(new URL('./started-services.ts', import.meta.url))
  const run = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(run.stdout, 'data')
  const ports = String(line).trim().split(' ').map(Number)
  expect(await Promise.all(ports.map(listens))).not.toContain(false)
  run.kill('SIGKILL')
  await eventually(async () => expect(await Promise.all(ports.map(listens))).not.toContain(true), {
    within: 10_000,
  })
})

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
