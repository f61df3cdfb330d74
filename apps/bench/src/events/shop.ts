import { defineContract, event } from '@plinth/kernel'
import { type Consumer, defineConsumer, messagingMigrations } from '@plinth/messaging'
import {
  type Appended,
  createDatabase,
  createOutbox,
  migrate,
  type Outbox,
  type Pool,
} from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { Sql } from 'postgres'
import { z } from 'zod'

/** A domain that sells, and consumers of what it sold: the least that an event can mean to them. */
export interface EventShop {
  readonly outbox: Outbox
  readonly consumers: readonly Consumer[]
}

const contract = defineContract({
  name: 'bench',
  operations: {},
  events: {
    sold: event('bench.sold', {
      summary: 'Something was sold',
      data: z.object({
        orderId: z.string(),
        lines: z.array(z.object({ sku: z.string(), quantity: z.int() })),
      }),
      example: { orderId: 'o-1', lines: [{ sku: 'SKU-linen-shirt-1', quantity: 1 }] },
      mandatory: true,
    }),
  },
  permissions: {},
})

/** Makes the tables. */
export const prepareEventShop = async (databaseUrl: string, bare: Sql): Promise<void> => {
  await migrate({ pool: { url: databaseUrl }, migrations: [messagingMigrations] })
  await bare.unsafe(tables)
}

/** Opens it with `consumers` consumers of its one event; each writes a row for an event. */
export const openEventShop = (pool: Pool, consumers: number, together: boolean): EventShop => {
  const database = createDatabase({ pool, schema: 'bench' })
  return {
    outbox: createOutbox({ database, source: contract }),
    consumers: Array.from({ length: consumers }, (_, n) =>
      defineConsumer({
        name: `bench.note-sale-${n + 1}`,
        event: contract.events.sold,
        together,
        handle: async (context, { data }) => {
          await database
            .on(context)
            .execute(sql`insert into bench.sale (consumer, order_id) values (${n + 1}, ${data.orderId})`)
        },
      }),
    ),
  }
}

/** The event of one sale, to be appended. */
export const saleOf = (n: number): Appended => ({
  event: contract.events.sold,
  subject: `o-${n}`,
  data: { orderId: `o-${n}`, lines: [{ sku: 'SKU-linen-shirt-1', quantity: 1 }] },
})

const tables = `
  create schema bench;
  create table bench.outbox (
    id uuid primary key, type text not null, version int not null, subject text not null, data jsonb not null,
    mandatory boolean not null, traceparent text, occurred_at timestamptz not null default now(),
    attempts int not null default 0, claimed_until timestamptz, sent_at timestamptz, last_error text
  );
  create index outbox_unsent on bench.outbox (id) where sent_at is null;
  create table bench.inbox (
    consumer text not null, event_id uuid not null, handled_at timestamptz not null default now(),
    primary key (consumer, event_id)
  );
  create table bench.sale (consumer int not null, order_id text not null);
`
