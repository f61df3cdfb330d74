import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  createTestDatabase,
  describeWith,
  eventually,
  removeShopNames,
  startMailSink,
  testNamespace,
} from '@plinth/testing'
import { expect, test } from 'vitest'
import {
  assignmentsIn,
  type ComposedService,
  composed,
  type Invocation,
  invocations,
  repository,
} from './compose-file.ts'
import { freePort } from './free-port.ts'
import { type Env, type HostProcess, runToEnd, startProcess } from './host-process.ts'
import { mailOf } from './look-back.ts'
import { adminEmail, password, signInAdmin, signUp, signUpSeller } from './people.ts'
import { buy, offer } from './shopping.ts'

describeWith('redis', 'docker-compose.yml', redisUrl =>
  describeWith('rabbitmq', 'whose containers are processes here', amqpUrl => {
    test.each(invocations())('sells: $line', async invocation => {
      await using stack = new AsyncDisposableStack()
      const database = stack.use(await createTestDatabase({ name: 'composed' }))
      const mails = stack.use(await startMailSink())
      const namespace = testNamespace()
      stack.defer(() => removeShopNames(amqpUrl, namespace))
      const keys = assignmentsIn((await runToEnd('cli/main.ts', ['keys:generate'], {})).stdout)
      const admin = { ADMIN_EMAIL: adminEmail, ADMIN_PASSWORD: password }
      const backends = { postgres: database.url, redis: redisUrl, rabbitmq: amqpUrl, mail: mails.url }
      const shop = await placed(
        { ...invocation, variables: { ...keys, ...admin, ...invocation.variables } },
        backends,
      )

      const running = new Map<string, HostProcess>()
      stack.defer(async () => {
        for (const each of [...running.values()].toReversed()) await each[Symbol.asyncDispose]()
      })
      const opened = shop.map(async service => {
        const [node, main] = service.command
        expect([node, service.command.length]).toEqual(['node', 2])
        // Others use these servers, too.
        const names = { REDIS_PREFIX: `${namespace}:`.slice(-50), AMQP_NAMESPACE: namespace }
        running.set(
          service.name,
          await startProcess(join(repository, main ?? ''), { ...service.env, ...names }),
        )
      })
      for (const each of await Promise.allSettled(opened)) if (each.status === 'rejected') throw each.reason
      for (const service of shop) await eventually(() => isWell(service), { within: 30_000, every: 250 })

      const url = running.get('api')?.url ?? ''
      const seller = await signUpSeller(url, await signInAdmin(url), 'Loom and Thread')
      const buyer = await signUp(url, 'Ada Moreau')
      const bought = await buy(buyer, await offer(seller))
      await mailOf({ mails }, buyer, new RegExp(`order ${bought.number}$`))

      for (const { name, graceSeconds } of shop) {
        const asked = performance.now()
        expect((await running.get(name)?.stop())?.code).toBe(0)
        expect((performance.now() - asked) / 1000).toBeLessThan(graceSeconds)
      }
    })
  }),
)

test('docker-compose.yml wants keys before anything else', () => {
  expect(() => composed({ variables: {}, profile: undefined })).toThrow('keys:generate')
})

/** The services as they are on one machine: each with ports of its own, and everybody's name is the loopback address. */
const placed = async (invocation: Invocation, backends: Env): Promise<ComposedService[]> => {
  const { ours, names } = composed(invocation)
  const ports = new Map<string, string>()
  for (const { name, env } of ours)
    for (const inside of [env.PORT, env.INTERNAL_PORT])
      if (inside) ports.set(`${name}:${inside}`, String(await freePort()))
  const portOf = (service: string, inside = '') => ports.get(`${service}:${inside}`) ?? inside
  const moved = (value: string): string => {
    const host = URL.canParse(value) ? new URL(value).hostname : ''
    if (!names.includes(host)) return value
    return backends[host] ?? `http://127.0.0.1:${portOf(host, new URL(value).port)}`
  }
  return ours.map(service => {
    const { name, env, healthcheck } = service
    const values = Object.entries(env).map(([variable, value]) => [
      variable,
      /^(INTERNAL_)?PORT$/.test(variable) ? portOf(name, value) : moved(value),
    ])
    return {
      ...service,
      env: Object.fromEntries(values),
      healthcheck: healthcheck.map(word =>
        word.replaceAll(/127\.0\.0\.1:(\d+)/g, (_, inside: string) => `127.0.0.1:${portOf(name, inside)}`),
      ),
    }
  })
}

/** Rejects unless its own check says so, in its own environment. */
const isWell = async ({ name, env, healthcheck }: ComposedService): Promise<void> => {
  const [, ...args] = healthcheck
  const [code] = await once(execFile(process.execPath, args, { env }), 'exit')
  if (code !== 0) throw new Error(`${name} is not well`)
}
