import { type Domain, domains, isHere, type Place, urlVariable } from './place.ts'

/** What production cannot do without, and why; `for` the domains that need it, if not for all. */
const required: readonly {
  readonly name: string
  readonly what: string
  readonly for?: readonly Domain[]
}[] = [
  { name: 'DATABASE_URL', what: 'where PostgreSQL is, as in postgres://user:password@host:5432/shop' },
  { name: 'REDIS_URL', what: 'where Redis is, as in redis://host:6379' },
  { name: 'AMQP_URL', what: 'where RabbitMQ is, as in amqp://user:password@host:5672' },
  { name: 'SMTP_URL', what: 'where mail goes, as in smtp://user:password@host:587', for: ['notifications'] },
  {
    name: 'JWT_KEYS',
    what: 'the signing keys, a private JWK set; `pnpm plinth keys:generate` prints one',
    for: ['users'],
  },
  { name: 'PAYMENT_PROVIDER', what: 'sandbox or stripe', for: ['payments', 'orders'] },
]

type Given = Readonly<Record<string, string | undefined>>

/** Variables that are missing for what the others ask for, one line each; values are checked elsewhere. */
export const missingFrom = (
  given: Given,
  { production, place }: { readonly production: boolean; readonly place: Place },
): string[] => {
  const here = domains.filter(domain => isHere(place, domain, given))
  const parted = place.only !== undefined || here.length < domains.length
  return [
    ...(production ? required : [])
      .filter(({ for: those }) => those === undefined || those.some(domain => here.includes(domain)))
      .filter(({ name }) => given[name] === undefined)
      .map(({ name, what }) => `${name}: is needed in production: ${what}`),
    ...place.calls
      .map(urlVariable)
      .filter(name => given[name] === undefined)
      .map(name => `${name}: is needed: where that part of the shop is called, as in http://host:3000`),
    ...(production && parted && given.JWT_KEYS === undefined && given.SERVICE_KEYS === undefined
      ? [
          'SERVICE_KEYS: is needed where parts of the shop call each other: a private JWK set that all of them have',
        ]
      : []),
    ...(given.PAYMENT_PROVIDER === 'stripe' && here.includes('payments')
      ? ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET']
      : []
    )
      .filter(name => given[name] === undefined)
      .map(name => `${name}: is needed with PAYMENT_PROVIDER=stripe`),
    ...pooled(given, place),
    ...partnerless(given, 'ADMIN_EMAIL', 'ADMIN_PASSWORD'),
  ]
}

const partnerless = (given: Given, one: string, other: string): string[] => {
  if ((given[one] === undefined) === (given[other] === undefined)) return []
  const [missing, present] = given[one] === undefined ? [one, other] : [other, one]
  return [`${missing}: is needed where ${present} is set`]
}

/** Behind a pooler that gives sessions to transactions, some things need the server itself, and some cannot be. */
const pooled = (given: Given, place: Place): string[] => {
  if (given.DATABASE_POOL_MODE !== 'transaction') return []
  return [
    ...['DATABASE_URL', 'DATABASE_DIRECT_URL']
      .filter(name => given[name] === undefined)
      .map(
        name =>
          `${name}: is needed with DATABASE_POOL_MODE=transaction: ${name === 'DATABASE_URL' ? 'where the pooler is' : 'where PostgreSQL itself is, for LISTEN and migrations'}`,
      ),
    ...(place.only === undefined
      ? []
      : [
          'DATABASE_POOL_MODE: must be session where a domain runs by itself: it acts as its own role, which belongs to a session',
        ]),
  ]
}
