import { randomUUID } from 'node:crypto'
import { dataSchemaOf } from '@plinth/kernel'
import { refund } from '@plinth/payments-contract'
import { eventually } from '@plinth/testing'
import { usersContract } from '@plinth/users-contract'
import postgres from 'postgres'
import { z } from 'zod'
import type { Client } from '../client.ts'
import { buy, cancel, type Offer } from '../shopping.ts'

/** What has gone wrong in a shop, for those operations that mend it. */
export interface Mishaps {
  /** Refunds that were given up, by id. */
  readonly refunds: readonly string[]
  /** Events that a consumer could not handle, by id. */
  readonly deadLetters: readonly string[]
}

/** Sees to it that there are refunds that failed, and dead letters about people who have just signed up. */
export const goWrong = async (
  databaseUrl: string,
  { admin, buyer, offer, people }: { admin: Client; buyer: Client; offer: Offer; people: readonly string[] },
): Promise<Mishaps> => {
  const database = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    return {
      refunds: await failedRefunds(database, admin, buyer, offer),
      deadLetters: await deadLetters(database, people),
    }
  } finally {
    await database.end()
  }
}

const page = z.object({ data: z.array(refund) })

/** Those that there are, or three more: they fail by themselves, only that nobody waits between the tries. */
const failedRefunds = async (database: postgres.Sql, admin: Client, buyer: Client, offer: Offer) => {
  const failed = async () =>
    (await admin.get('/v1/admin/refunds?status=failed&limit=5')).expect(200, page).data.map(({ id }) => id)
  const there = await failed()
  if (there.length >= 3) return there
  await admin.put('/v1/admin/sandbox/refunds', { mode: 'down' })
  for (let each = 0; each < 3; each += 1) await cancel(buyer, await buy(buyer, offer, 1, 'tok_refund_down'))
  return eventually(
    async () => {
      await database`update payments.refund set next_attempt_at = now() where status = 'pending' and not under_way`
      const found = await failed()
      return found.length >= 3 && found
    },
    { within: 60_000, every: 200 },
  )
}

/** Letters about events that have been handled: replayed, they change nothing. */
const deadLetters = async (database: postgres.Sql, people: readonly string[]): Promise<string[]> => {
  const { registered } = usersContract.events
  const events = await eventually(async () => {
    const handled = await database<{ id: string; subject: string; data: postgres.JSONValue; at: Date }[]>`
      select id, subject, data, occurred_at as at from users.outbox
       where type = ${registered.type} and subject in ${database(people)} and id in (
         select event_id from notifications.inbox where consumer = ${consumer})`
    return handled.length === people.length && handled
  })
  const letters = events.map(({ id, subject, data, at }) => ({
    id: randomUUID(),
    eventId: id,
    event: {
      specversion: '1.0',
      id,
      source: '/plinth/users',
      type: registered.type,
      subject,
      time: at.toISOString(),
      datacontenttype: 'application/json',
      dataschema: dataSchemaOf(registered),
      data,
    },
  }))
  await database`
    insert into messaging.dead_letter (id, namespace, queue, event_id, event_type, event, error, attempts)
    select letter.id, namespace, queue, letter."eventId", ${registered.type}, letter.event, 'It was too much', 5
      from jsonb_to_recordset(${database.json(letters)}) as letter (id uuid, "eventId" uuid, event jsonb),
           messaging.binding
     where queue = ${consumer}`
  return letters.map(({ id }) => id)
}

const consumer = 'notifications.welcome-user'
