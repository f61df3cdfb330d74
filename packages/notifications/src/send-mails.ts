import { contextOf, type Id, NotFound, service } from '@plinth/kernel'
import { createJob, type Job, withoutDisk } from '@plinth/postgres'
import { safeMessage } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import { composeMail } from './compose-mail.ts'
import type { NotificationsDeps } from './deps.ts'
import type { NotificationRow } from './notification.ts'
import { RefusedForGood } from './smtp/transport.ts'

const batch = 20
/** For so long a server that is away is tried again. */
const patience = '3 days'
const context = contextOf(service('notifications'))

/**
 * Hands mails that are due to the server. Any replica may: each try is claimed before it is made. What
 * dies between the server's yes and our writing it down is sent once more, under the same Message-ID; so is what
 * PostgreSQL had not brought to the disk when it died. A try
 * that has not reported back after twice the time it may take is lost, with the process that made it.
 */
export const sendMails = (deps: NotificationsDeps): Job =>
  createJob({
    name: 'notifications.send-mails',
    everyMs: 1000,
    run: async () => {
      // A mail that is claimed while the server is left alone would only be put off.
      const room = deps.transport.room(batch)
      const claimedAt = performance.now()
      const due = room > 0 ? await claim(deps, room) : []
      const left = due.values()
      const sent = gathered((ids: readonly Id<'Notification'>[]) => markSent(deps, ids))
      const lane = async () => {
        for (const notification of left) {
          if (await attempt(deps, notification)) sent.add(notification.id)
          // Whose turn would come so late that its claim might end meanwhile, or while the server is left alone, waits.
          if (performance.now() - claimedAt > deps.settings.sendingMs || deps.transport.room(1) === 0) return
        }
      }
      await Promise.all(Array.from({ length: deps.transport.lanes }, lane))
      await sent.end()
      await release(deps, [...left])
      return due.length === room && deps.transport.room(batch) > 0 ? 'again' : 'done'
    },
  })

/** Milliseconds until the next try, after so many: from one second, doubling up to half a minute. */
export const backoffAfter = (attempts: number, dice: number): number =>
  Math.round(Math.min(30_000, 1000 * 2 ** (attempts - 1)) * (0.75 + dice / 4))

const claim = ({ database, settings }: NotificationsDeps, limit: number): Promise<NotificationRow[]> =>
  database.on(context).execute<NotificationRow>(sql`
    update notifications.notification
       set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => ${(2 * settings.sendingMs) / 1000})
     where id in (
       select id from notifications.notification
        where status = 'pending' and next_attempt_at <= now()
        order by next_attempt_at limit ${limit}
          for update skip locked)
       and ${withoutDisk}
    returning *`)

/** Takes back the claim of mails that were not tried after all. */
const release = async (
  { database }: NotificationsDeps,
  untried: readonly NotificationRow[],
): Promise<void> => {
  if (untried.length === 0) return
  const claimed = untried.map(({ id, attempts }) => ({ id, attempts }))
  await database.on(context).execute(sql`
    update notifications.notification as mail set attempts = mail.attempts - 1, next_attempt_at = now()
      from jsonb_to_recordset(${JSON.stringify(claimed)}::jsonb) as claimed (id uuid, attempts int)
     where mail.id = claimed.id and mail.status = 'pending' and mail.attempts = claimed.attempts`)
}

/** Passes items on, those of a moment together. */
const gathered = <Item>(pass: (items: readonly Item[]) => Promise<void>) => {
  let items: Item[] = []
  let timer: NodeJS.Timeout | undefined
  const passed: Promise<void>[] = []
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (items.length === 0) return
    const passing = pass(items)
    // Whether it went well is asked in the end.
    passing.catch(() => undefined)
    passed.push(passing)
    items = []
  }
  return {
    add(item: Item) {
      items.push(item)
      timer ??= setTimeout(flush, momentMs)
    },
    async end() {
      flush()
      await Promise.all(passed)
    },
  }
}

const momentMs = 50

/** Writes down that the server has taken mails. */
const markSent = async (
  { database }: NotificationsDeps,
  ids: readonly Id<'Notification'>[],
): Promise<void> => {
  await database.on(context).execute(sql`
    update notifications.notification
       set status = 'sent', sent_at = now(), next_attempt_at = null, last_error = null
     where id = any(${sql.param(ids)}::uuid[]) and status = 'pending' and ${withoutDisk}`)
}

/** Whether the server has taken it; of one that it has not, it is written down when it is tried again. */
const attempt = async (deps: NotificationsDeps, row: NotificationRow): Promise<boolean> => {
  try {
    const mail = await composeMail(deps, row)
    await deps.transport.send(mail)
    return true
  } catch (error) {
    deps.logger.warn({ err: error, notificationId: row.id, attempts: row.attempts }, 'a mail was not taken')
    await postpone(deps, row, error)
    return false
  }
}

const postpone = async (
  { database }: NotificationsDeps,
  row: { readonly id: Id<'Notification'>; readonly attempts: number },
  error: unknown,
) => {
  const reason = safeMessage(error).slice(0, 500)
  const seconds = backoffAfter(row.attempts, Math.random()) / 1000
  await database.on(context).execute(sql`
    update notifications.notification as mail
       set last_error = ${reason},
           status = case when given_up then 'failed' else 'pending' end,
           next_attempt_at = case when given_up then null else now() + make_interval(secs => ${seconds}) end
      from (select ${isHopeless(error)}::boolean
                or patience_from < now() - interval '${sql.raw(patience)}' as given_up
              from notifications.notification where id = ${row.id}) as verdict
     where id = ${row.id} and status = 'pending' and attempts = ${row.attempts}`)
}

/** The server will never take it, or there is nobody any more to mint a token for. */
const isHopeless = (error: unknown): boolean => error instanceof RefusedForGood || NotFound.is(error)
