/** What production cannot do without, and why. */
const required = {
  DATABASE_URL: 'where PostgreSQL is, as in postgres://user:password@host:5432/shop',
  REDIS_URL: 'where Redis is, as in redis://host:6379',
  AMQP_URL: 'where RabbitMQ is, as in amqp://user:password@host:5672',
  SMTP_URL: 'where mail goes, as in smtp://user:password@host:587',
  JWT_KEYS: 'the signing keys, a private JWK set; `pnpm plinth keys:generate` prints one',
  PAYMENT_PROVIDER: 'sandbox or stripe',
} as const

/** Variables that are missing for what the others ask for, one line each; values are checked elsewhere. */
export const missingFrom = (
  given: Readonly<Record<string, string | undefined>>,
  production: boolean,
): string[] => [
  ...(production ? Object.entries(required) : [])
    .filter(([name]) => given[name] === undefined)
    .map(([name, what]) => `${name}: is needed in production: ${what}`),
  ...(given.PAYMENT_PROVIDER === 'stripe' ? ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] : [])
    .filter(name => given[name] === undefined)
    .map(name => `${name}: is needed with PAYMENT_PROVIDER=stripe`),
  ...partnerless(given, 'ADMIN_EMAIL', 'ADMIN_PASSWORD'),
]

const partnerless = (
  given: Readonly<Record<string, string | undefined>>,
  one: string,
  other: string,
): string[] => {
  if ((given[one] === undefined) === (given[other] === undefined)) return []
  const [missing, present] = given[one] === undefined ? [one, other] : [other, one]
  return [`${missing}: is needed where ${present} is set`]
}
