import { join } from 'node:path'
import { contextOf, isId, service } from '@plinth/kernel'
import type { ClosedShop } from './closed-shop.ts'
import type { Command } from './command.ts'
import { keyCommands } from './key-commands.ts'
import { options, text } from './options.ts'
import { tell } from './tell.ts'
import { UsageError } from './usage-error.ts'

const operator = contextOf(service('cli'))

/** The commands by name. */
export const commands: Readonly<Record<string, Command>> = {
  migrate: {
    summary: 'Bring the database up to date',
    usage: '',
    run: async args => {
      options(args, {})
      await withShop(async ({ migrate }) => {
        const applied = await migrate()
        for (const { domain, name } of applied) tell(`applied ${domain}/${name}`)
        tell(applied.length === 0 ? 'The database is up to date.' : `${applied.length} applied.`)
      })
    },
  },
  'create-admin': {
    summary:
      'Make an admin, or make an existing account one; the password comes from PLINTH_ADMIN_PASSWORD or --password',
    usage: '--email <address> [--name <name>] [--password <password>]',
    run: async args => {
      const {
        email,
        name = 'Admin',
        password = process.env.PLINTH_ADMIN_PASSWORD,
      } = options(args, { email: text, name: text, password: text })
      if (email === undefined || password === undefined)
        throw new UsageError('create-admin needs --email, and a password')
      await withShop(async ({ shop }) => {
        const { created } = await shop.users.ensureAdmin(operator, { email, name, password })
        tell(
          created
            ? `${email} is an admin now.`
            : `${email} had an account, and is an admin now; the password is as it was.`,
        )
      })
    },
  },
  seed: {
    summary: 'Fill an empty shop with accounts, categories and products; not for production',
    usage: '',
    run: async args => {
      options(args, {})
      await withShop(async ({ shop, config }) => {
        if (config.production)
          throw new UsageError('seed is not for production: its passwords are known to everybody')
        const { seedShop } = await import('../seed/seed-shop.ts')
        await seedShop(shop, config.STORE_CURRENCY, tell)
      })
    },
  },
  lift: {
    summary:
      'Say what it takes to run a domain as a deployable of its own, as the shop stands; in the workspace',
    usage: '<domain>',
    run: async ([domain = '', ...rest]) => {
      options(rest, {})
      const { liftOf } = await import('../../../../scripts/map/lift.ts')
      const { readMap } = await import('../../../../scripts/map/shop-map.ts')
      const map = await readMap(join(import.meta.dirname, '..', '..', '..', '..'))
      const names = map.domains.map(({ name }) => name)
      if (!names.includes(domain)) throw new UsageError(`lift needs a domain: ${names.join(', ')}`)
      tell(liftOf(map, domain).join('\n'))
    },
  },
  outbox: {
    summary: 'Show how many events wait to be published, by domain, and why',
    usage: '',
    run: async args => {
      options(args, {})
      await withShop(async ({ shop }) => {
        for (const outbox of shop.domains.flatMap(each => (each.where === 'here' ? each.outboxes : []))) {
          const { count, oldestAgeMs } = await outbox.pending()
          tell(
            `${outbox.domain.padEnd(10)} ${count} waiting${count > 0 ? `, the oldest for ${Math.round(oldestAgeMs / 1000)} s` : ''}`,
          )
          for (const { type, reason, count: times } of await outbox.failures())
            tell(`${''.padEnd(10)} ${times} of ${type}: ${reason}`)
        }
      })
    },
  },
  'dead-letters': {
    summary: 'List events that no consumer could handle, the latest first',
    usage: '[--queue <queue>] [--limit <1 to 100>]',
    run: async args => {
      const { queue, limit = '20' } = options(args, { queue: text, limit: text })
      if (!/^([1-9]\d?|100)$/.test(limit)) throw new UsageError('--limit is a number from 1 to 100')
      await withShop(async ({ shop }) => {
        const { data } = await shop.deadLetters.list({ queue, limit: Number(limit) })
        for (const letter of data) {
          const replayed = letter.replayedAt === null ? '' : `  replayed ${letter.replayedAt}`
          tell(
            `${letter.id}  ${letter.deadAt}  ${letter.queue}  ${letter.eventType ?? '?'}  ${letter.error}${replayed}`,
          )
        }
        if (data.length === 0) tell('There are no dead letters.')
      })
    },
  },
  'dead-letters:replay': {
    summary: 'Hand an event back to the consumer that could not handle it',
    usage: '<id>',
    run: async ([id, ...rest]) => {
      if (id === undefined || !isId(id) || rest.length > 0)
        throw new UsageError('dead-letters:replay needs the id of a dead letter')
      await withShop(async ({ shop }) => {
        const { queue } = await shop.deadLetters.replay(operator, id)
        tell(`Handed back to ${queue}.`)
      })
    },
  },
  ...keyCommands,
}

/** The shop is loaded when there is something to do in it: help and mistakes are answered at once. */
const withShop = async (work: (shop: ClosedShop) => Promise<void>): Promise<void> => {
  const closedShop = await import('./closed-shop.ts')
  await closedShop.withShop(work)
}
