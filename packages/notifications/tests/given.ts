import {
  contextOf,
  dataSchemaOf,
  type EventDeclaration,
  type Id,
  local,
  NotFound,
  newId,
  permissionsOf,
  service,
  type User,
} from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import { notificationsContract } from '@plinth/notifications-contract'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { createLogger, silentLogger } from '@plinth/telemetry'
import { createTestDatabase, eventually, type MailSink, startMailSink } from '@plinth/testing'
import { type Contact, usersContract } from '@plinth/users-contract'
import { type SQL, sql } from 'drizzle-orm'
import { createNotifications } from '../src/index.ts'

/** A user with the permissions of these roles. */
export const userWith = (...roles: string[]): User => ({
  kind: 'user',
  id: newId(),
  roles,
  permissions: permissionsOf(roles, Object.values(notificationsContract.permissions)),
})

/** Somebody who can be written to. */
export const someone = (name = 'Ada Lovelace'): Contact => {
  const userId = newId<'User'>()
  return { userId, email: `${userId}@example.com`, name }
}

/** A database of the test's own, with all that notifications and the gateway keep. */
const givenDatabase = () => {
  const migrations = [
    migrationsOf('notifications', import.meta.url),
    migrationsOf('gateway', import.meta.url),
  ]
  return createTestDatabase({
    name: 'notifications',
    migrate: {
      key: 'notifications',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
}

/** The users that notifications know, as far as they ask. */
export const givenUsers = () => {
  const contacts: Contact[] = []
  const admins: Contact[] = []
  const tokens: string[] = []
  return {
    contacts,
    admins,
    /** Every token that was minted for a mail. */
    tokens,
    client: fake(usersContract, {
      getContacts: async (_, { userIds }) => contacts.filter(each => userIds.includes(each.userId)),
      listAdmins: async () => admins,
      issueMailToken: async (_, { userId, purpose }) => {
        if (!contacts.some(each => each.userId === userId)) throw NotFound()
        const token = `${purpose}.${newId()}`
        tokens.push(token)
        return { token }
      },
    }),
  }
}

/** How a replica of notifications differs from the usual one. */
export interface Differently {
  readonly smtpUrl: string
  readonly sendingMs?: number
}

/** Notifications by themselves, as their own role; one replica of them. */
export const openNotifications = (
  url: string,
  users: ReturnType<typeof givenUsers>,
  settings: Differently,
) => {
  const pool = connectPostgres({
    url,
    role: 'plinth_notifications',
    acquireTimeoutMs: 10_000,
    logger: silentLogger,
  })
  const lines: string[] = []
  const notifications = createNotifications({
    pool,
    logger: createLogger({
      level: 'debug',
      service: 'test',
      destination: { write: line => lines.push(line) },
    }),
    neighbours: { users: users.client },
    settings: { from: 'Plinth <shop@shop.example>', publicUrl: 'https://shop.example/', ...settings },
  })
  const database = createDatabase({ pool, schema: 'notifications' })
  const rows = <Row extends Record<string, unknown>>(query: SQL) =>
    database.on(contextOf()).execute<Row>(query)
  const [sending] = notifications.jobs
  const call = local(notificationsContract, notifications.operations, { strict: true })
  return {
    pool,
    database,
    notifications,
    call,
    rows,
    /** What was logged, a line of JSON each. */
    lines,
    /** Starts sending, until it is disposed. */
    send: () => sending?.start(silentLogger),
    /** Every mail that is pending is tried once, whenever it was due. */
    async trySending() {
      await rows(sql`
        update notifications.notification set next_attempt_at = now(), last_error = null
         where status = 'pending'`)
      await using _running = sending?.start(silentLogger)
      await eventually(
        async () => {
          const untried = await rows(sql`
            select 1 from notifications.notification where status = 'pending' and last_error is null`)
          return untried.length === 0
        },
        { every: 5 },
      )
    },
    /** Hands an event to its consumer; the same id is the same event. */
    async deliver<Event extends EventDeclaration>(
      declaration: Event,
      data: Event['example'],
      id: string = newId(),
    ) {
      const consumer = notifications.consumers.find(each => each.types.includes(declaration.type))
      return consumer
        ?.read({
          specversion: '1.0',
          id,
          source: `/plinth/${declaration.type.split('.')[0]}`,
          type: declaration.type,
          subject: newId(),
          time: new Date().toISOString(),
          datacontenttype: 'application/json',
          dataschema: dataSchemaOf(declaration),
          data,
        })
        .handle(contextOf(service('notifications')), database)
    },
    /** The one mail to somebody, as an admin sees it. */
    async mailTo({ userId }: { readonly userId: Id<'User'> }) {
      const [row] = await rows<{ id: Id<'Notification'> }>(
        sql`select id from notifications.notification where recipient_id = ${userId} order by id desc`,
      )
      const { data } = await call.listNotifications(contextOf(userWith('admin')), { limit: 100 })
      const found = data.find(each => each.id === row?.id)
      if (found === undefined) throw new Error('there is no mail to them among the last hundred')
      return found
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

/** Notifications over a database of the test's own, beside users and a mail server that behave. */
export const givenNotifications = async () => {
  const own = await givenDatabase()
  const sink: MailSink = await startMailSink()
  const users = givenUsers()
  const replica = openNotifications(own.url, users, { smtpUrl: sink.url })
  return {
    ...replica,
    url: own.url,
    sink,
    users,
    /** Somebody who has an account. */
    givenUser(name?: string): Contact {
      const contact = someone(name)
      users.contacts.push(contact)
      return contact
    },
    /** What the server has got for somebody. */
    mailsTo: ({ email }: Contact) => sink.mails().filter(each => each.to.includes(email)),
    async [Symbol.asyncDispose]() {
      await replica[Symbol.asyncDispose]()
      await sink[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenNotifications}. */
export type Given = Awaited<ReturnType<typeof givenNotifications>>
