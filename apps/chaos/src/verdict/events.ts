import type { Check } from './violation.ts'
import { violationsOf } from './violation.ts'

/** Whatever came by on the exchange stands in an outbox: nothing was said that did not happen. */
export const noGhostMessages: Check = async ({ sql, tap }) => {
  const seen = [...tap.seen().keys()]
  const ghosts = await sql<{ id: string }[]>`
    select id from unnest(${seen}::uuid[]) as seen (id)
     where not exists (select from users.outbox o where o.id = seen.id)
       and not exists (select from catalog.outbox o where o.id = seen.id)
       and not exists (select from orders.outbox o where o.id = seen.id)
       and not exists (select from payments.outbox o where o.id = seen.id)`
  return violationsOf(
    'Every message on the exchange is an event that was committed',
    ghosts.map(({ id }) => id),
  )
}
