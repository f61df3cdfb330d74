import type { Loader } from './loader.ts'
import type { Size } from './size.ts'

/** Each kind of event: where it is written, what it is about, whom its mail is to, and who handles it. */
const kinds = [
  { type: 'users.registered', mail: 'welcome', handlers: ['notifications.welcome-user'] },
  { type: 'orders.placed', mail: 'order_placed', handlers: ['notifications.confirm-order'] },
  {
    type: 'orders.cancelled',
    mail: 'order_cancelled',
    handlers: [
      'notifications.confirm-cancellation',
      'catalog.restock-cancelled-order',
      'payments.refund-cancelled-order',
    ],
  },
  { type: 'orders.fulfilled', mail: null, handlers: [] },
  { type: 'payments.captured', mail: null, handlers: [] },
  { type: 'payments.refunded', mail: 'refund_done', handlers: ['notifications.confirm-refund'] },
] as const

/**
 * What went out, as far as a shop keeps it: events for a week, who handled them for a month, mails of the last three
 * months; keys of a day; the audit.
 */
export const loadEvents = async (loader: Loader, { until }: Size): Promise<void> => {
  await loader.step('events planned', async sql => {
    await sql`
      create unlogged table bench_data.event as
      select type, bench_data.id(ms, uuid_hash_extended(subject, 0), salt) as id, ms, subject, user_id
        from (
          select 'users.registered' as type, id as subject, id as user_id, ms, 71 as salt from bench_data.account
          union all
          select case history.status when 'paid' then 'orders.placed' else 'orders.' || history.status end, order_id, o.user_id,
                 (extract(epoch from at) * 1000)::bigint, case history.status when 'paid' then 72 when 'cancelled' then 73 else 74 end
            from orders.order_history history join orders.order o on o.id = order_id
           where history.status in ('paid', 'cancelled', 'fulfilled')
          union all
          select 'payments.captured', id, user_id, (extract(epoch from settled_at) * 1000)::bigint, 75
            from payments.payment where status = 'captured'
          union all
          select 'payments.refunded', r.id, p.user_id, (extract(epoch from r.settled_at) * 1000)::bigint, 76
            from payments.refund r join payments.payment p on p.id = r.payment_id where r.status = 'succeeded'
        ) _
       where ms > ${until - 90 * dayMs}`
    await sql`analyze bench_data.event`
  })
  await loader.pieces('events', kinds, async ({ type, mail, handlers }, sql) => {
    await sql`
      insert into ${sql(type.slice(0, type.indexOf('.')))}.outbox
        (id, type, version, subject, data, mandatory, occurred_at, attempts, sent_at)
      select id, type, 1, subject::text, jsonb_build_object('userId', user_id, 'orderId', subject), ${handlers.length > 0},
             bench_data.at(ms), 1, bench_data.at(ms + 300)
        from bench_data.event where type = ${type} and ms > ${until - 7 * dayMs} order by ms`
    for (const handler of handlers)
      await sql`
        insert into ${sql(handler.slice(0, handler.indexOf('.')))}.inbox (consumer, event_id, handled_at)
        select ${handler}, id, bench_data.at(ms + 400) from bench_data.event
         where type = ${type} and ms > ${until - 30 * dayMs} order by id`
    if (mail === null) return
    await sql`
      insert into notifications.notification
        (id, event_id, type, recipient_id, recipient, recipient_name, content, message_id, status, attempts, next_attempt_at,
         created_at, patience_from, sent_at)
      select bench_data.id(ms + 400, uuid_hash_extended(event.id, 0), 77), event.id, ${mail}, user_id, email, name,
             ${mail === 'welcome' ? sql`'{}'` : sql`jsonb_build_object('number', subject, 'total', jsonb_build_object('amount', 1999, 'currency', 'USD'), 'lines', '[]'::jsonb)`},
             '<' || event.id || '.' || left(encode(sha256(convert_to(user_id::text, 'UTF8')), 'hex'), 12) || '@shop.example>',
             'sent', 1, null, bench_data.at(ms + 400), bench_data.at(ms + 400), bench_data.at(ms + 900)
        from bench_data.event join users.account on account.id = user_id
       where type = ${type} order by ms`
  })
  await loader.pieces('keys and audits', others, ([, statement], sql) => sql.unsafe(statement))
}

const dayMs = 24 * 3_600_000

/** The rest, each a statement. */
const others: readonly (readonly [what: string, statement: string])[] = [
  [
    'keys of checkouts',
    `insert into orders.checkout_key (user_id, key, order_id, fingerprint, created_at)
     select user_id, id::text, id, 'x', placed_at from orders.order where placed_at > now() - interval '24 hours'`,
  ],
  [
    'answers',
    `insert into gateway.idempotency_key (scope, operation, key, fingerprint, status, headers, body, created_at)
     select user_id::text, 'checkout', id::text, sha256(uuid_send(id)), 201, '{}', json_build_object('id', id)::text, placed_at
       from orders.order where placed_at > now() - interval '24 hours' and paid_at is not null`,
  ],
  [
    'what carts were emptied of',
    `insert into cart.checkout (order_id, user_id, lines, taken_at)
     select o.id, o.user_id, jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity)), o.placed_at
       from orders.order o join orders.order_line line on line.order_id = o.id
      where o.placed_at > now() - interval '30 days' group by o.id`,
  ],
  [
    'what is in carts',
    `insert into cart.cart_line (cart_id, variant_id, quantity)
     select cart.id, variant.id, 1
       from (select id, row_number() over (order by id) as n from cart.cart) cart, generate_series(1, 3) k,
            bench_data.variant variant
      where variant.n = 1 + (cart.n * 3 + k) % (select max(n) from bench_data.variant) and bench_data.dice(cart.n * 4 + k, 81) < 0.6
         on conflict do nothing`,
  ],
  [
    'audit of orders',
    `insert into orders.audit (id, at, actor_kind, actor, action, subject_kind, subject, details)
     select bench_data.id((extract(epoch from cancelled_at) * 1000)::bigint, number, 82), cancelled_at, 'user', user_id::text,
            'orders.cancelled', 'order', id::text, '{"from": "paid"}'
       from orders.order where status = 'cancelled' order by cancelled_at`,
  ],
  [
    'audit of payments',
    `insert into payments.audit (id, at, actor_kind, actor, action, subject_kind, subject, details)
     select bench_data.id((extract(epoch from created_at) * 1000)::bigint, uuid_hash_extended(id, 0), 83), created_at, 'service',
            requested_by, 'payments.refund-requested', 'order', order_id::text, jsonb_build_object('refundId', id)
       from payments.refund order by created_at`,
  ],
  [
    'audit of the catalog',
    `insert into catalog.audit (id, at, actor_kind, actor, action, subject_kind, subject, details)
     select bench_data.id((extract(epoch from at) * 1000)::bigint, uuid_hash_extended(id, 0), 84), at, 'user', made_by,
            'catalog.stock-adjusted', 'variant', variant_id::text, jsonb_build_object('delta', delta, 'onHand', on_hand)
       from catalog.stock_movement where kind = 'adjustment' order by at`,
  ],
  [
    'dead letters',
    `insert into messaging.dead_letter (id, namespace, queue, event_id, event_type, event, error, attempts, dead_at,
                                        replayed_at, handed_over_at)
     select bench_data.id(ms, uuid_hash_extended(id, 0), 85), 'plinth', 'notifications.confirm-order', id, type, '{}',
            'the mailer was away', 5, bench_data.at(ms), bench_data.at(ms + 60000), bench_data.at(ms + 61000)
       from bench_data.event where type = 'orders.placed' and bench_data.dice(ms, 86) < 0.02`,
  ],
]
