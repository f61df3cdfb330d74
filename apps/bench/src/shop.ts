import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Signer } from './buyers.ts'
import { type Server, startServer } from './servers.ts'
import type { Services } from './services.ts'

/** An account that can sign in: the first admin. */
export const credentials = { email: 'admin@bench.example', password: 'a long enough passphrase' }

/** What a shop is started with. */
export interface ShopOptions {
  readonly services: Services
  /** The one of the services, unless given. */
  readonly databaseUrl?: string
  readonly signer: Signer
  /** Where it logs to. */
  readonly folder: string
  /** Flags of Node. */
  readonly flags?: readonly string[]
}

/** Plinth under test. */
export interface Shop extends Server {
  /** Milliseconds from its start as a process until it said that it was ready. */
  readonly bootMs: number
}

/** Starts Plinth as in production, whole: with all limits, though none that the load would run into. */
export const startShop = async ({
  services,
  databaseUrl = services.databaseUrl,
  signer,
  folder,
  flags = [],
}: ShopOptions): Promise<Shop> => {
  const begun = performance.now()
  const server = await startServer(
    'plinth/shop.ts',
    join(folder, `plinth-${randomUUID()}.log`),
    {
      NODE_ENV: 'production',
      PORT: '0',
      DATABASE_URL: databaseUrl,
      REDIS_URL: services.redisUrl,
      REDIS_PREFIX: `${services.namespace}:`,
      AMQP_URL: services.amqpUrl,
      AMQP_NAMESPACE: services.namespace,
      SMTP_URL: services.smtpUrl,
      JWT_KEYS: signer.keySet,
      PAYMENT_PROVIDER: 'sandbox',
      ADMIN_EMAIL: credentials.email,
      ADMIN_PASSWORD: credentials.password,
      RATE_LIMIT_PER_MINUTE: '1000000',
      AUTH_RATE_LIMIT_PER_ACCOUNT: '1000000',
      AUTH_RATE_LIMIT_PER_ADDRESS: '1000000',
      METRICS_PUBLIC: 'true',
    },
    flags,
  )
  await ready(server.url)
  return Object.assign(server, { bootMs: performance.now() - begun })
}

const ready = async (url: string): Promise<void> => {
  const giveUp = performance.now() + 60_000
  while (performance.now() < giveUp) {
    const answer = await fetch(`${url}/health/ready`)
    await answer.arrayBuffer()
    if (answer.ok) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`${url} does not become ready`)
}

/** MiB of memory that a process has in use (resident set size); undefined where `/proc` does not tell. */
export const memoryOf = async (pid: number): Promise<number | undefined> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kB = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kB === undefined ? undefined : Number(kB) / 1024
}

/** Milliseconds by which 99 of 100 turns of its event loop were late, since this was asked last. */
export const loopDelayOf = async (url: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  const seconds = /^\S*nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1]
  if (seconds === undefined) throw new Error('the shop does not tell of its event loop')
  return Number(seconds) * 1000
}
