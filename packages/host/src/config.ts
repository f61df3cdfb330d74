import { z } from 'zod'
import { origins, proxies } from './config-lists.ts'
import { missingFrom } from './config-missing.ts'
import { everywhere, type Place } from './place.ts'
import { jwkSet } from './signing-keys.ts'

/** Configuration that does not hold up: every problem at once, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`The configuration is not good:\n${problems.map(each => `  - ${each}`).join('\n')}`, options)
    this.problems = problems
  }
}

/**
 * Reads the configuration from environment variables; throws a {@link ConfigError} that lists all that
 * is wrong. An empty variable counts as unset. In production nothing has a silent substitute.
 *
 * @param place which domains are here, so what they need must be named; all that no variable says are elsewhere, unless
 * given
 */
export const readConfig = (
  env: Readonly<Record<string, string | undefined>>,
  place: Place = everywhere,
): Config => {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const production = given.NODE_ENV === 'production'
  const problems = missingFrom(given, { production, place })
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) problems.push(`${path.join('.')}: ${message}`)
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems)
  return { ...parsed.data, production }
}

const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine(
      text =>
        URL.canParse(text) && protocols.includes(new URL(text).protocol) && new URL(text).hostname !== '',
      `must be a URL that starts with ${protocols.map(each => `${each}//`).join(' or ')}`,
    )

const count = (fallback: number, max = 1_000_000) =>
  z
    .string()
    .regex(/^\d{1,7}$/, 'must be a whole number')
    .transform(Number)
    .refine(value => value >= 1 && value <= max, `must lie between 1 and ${max}`)
    .default(fallback)

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine(number => number <= 65_535, 'must be a port number')

/** Where a domain is that runs as a deployable of its own. */
const neighbour = urlOf('http:', 'https:').optional()

const environment = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  INTERNAL_HOST: z.string().default('127.0.0.1'),
  INTERNAL_PORT: port.optional(),
  USERS_URL: neighbour,
  CATALOG_URL: neighbour,
  CART_URL: neighbour,
  ORDERS_URL: neighbour,
  PAYMENTS_URL: neighbour,
  NOTIFICATIONS_URL: neighbour,
  DATABASE_URL: urlOf('postgres:', 'postgresql:').optional(),
  DATABASE_POOL_SIZE: count(20, 500),
  DATABASE_POOL_MODE: z.enum(['session', 'transaction'], 'must be session or transaction').default('session'),
  DATABASE_DIRECT_URL: urlOf('postgres:', 'postgresql:').optional(),
  DATABASE_READ_URL: urlOf('postgres:', 'postgresql:').optional(),
  REDIS_URL: urlOf('redis:', 'rediss:').optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:.-]{1,50}$/, 'must be short and plain')
    .default('plinth:'),
  AMQP_URL: urlOf('amqp:', 'amqps:').optional(),
  AMQP_NAMESPACE: z
    .string()
    .regex(/^[\w.-]{1,50}$/, 'must be short and plain')
    .default('plinth'),
  SMTP_URL: urlOf('smtp:', 'smtps:').optional(),
  MAIL_FROM: z
    .string()
    .max(300)
    .regex(/^[^\r\n]+$/, 'must be one line')
    .default('Plinth <shop@plinth.example>'),
  PUBLIC_URL: urlOf('http:', 'https:').optional(),
  ADMIN_EMAIL: z.email('must be an e-mail address').optional(),
  ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').max(128).optional(),
  JWT_KEYS: jwkSet.optional(),
  SERVICE_KEYS: jwkSet.optional(),
  JWT_ISSUER: z.string().min(1).default('plinth'),
  JWT_AUDIENCE: z.string().min(1).default('plinth'),
  STORE_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
    .default('USD'),
  PAYMENT_PROVIDER: z.enum(['sandbox', 'stripe'], 'must be sandbox or stripe').default('sandbox'),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  STRIPE_API_BASE: urlOf('http:', 'https:').optional(),
  SANDBOX_URL: urlOf('http:', 'https:').optional(),
  SANDBOX_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional(),
  RATE_LIMIT_PER_MINUTE: count(600),
  AUTH_RATE_LIMIT_PER_ACCOUNT: count(10),
  AUTH_RATE_LIMIT_PER_ADDRESS: count(60),
  RESERVATION_TTL_SECONDS: count(900, 86_400),
  MAX_OPEN_ORDERS_PER_USER: count(10),
  AUDIT_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number')
    .transform(Number)
    .refine(days => days >= 30, 'must be 30 at least')
    .optional(),
  TRUST_PROXY: proxies,
  CORS_ORIGINS: origins,
  METRICS_PUBLIC: z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .transform(text => text === 'true'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be a level such as info')
    .default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlOf('http:', 'https:').optional(),
  DATA_DIR: z.string().default('.plinth'),
})

/** The configuration, by the names of its environment variables. */
export type Config = z.output<typeof environment> & { readonly production: boolean }
