import { contextOf, defineContract, event } from '@plinth/kernel'
import { type Logger, silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { connectPostgres, createDatabase, type PoolOptions } from '../src/index.ts'

/** A context of nobody in particular. */
export const context = contextOf()

/** A schema `shop` with an account table, an outbox and an inbox in a database of the test's own. */
export const givenShop = async (options: Partial<PoolOptions> = {}) => {
  const own = await createTestDatabase({ name: 'postgres', migrate: { key: tables, apply } })
  const pool = connectPostgres({ url: own.url, logger: silentLogger, ...options })
  return {
    url: own.url,
    pool,
    database: createDatabase({ pool, schema: 'shop' }),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** Something to put into an outbox. */
export const shopContract = defineContract({
  name: 'shop',
  operations: {},
  permissions: {},
  events: {
    opened: event('shop.opened', {
      summary: 'A shop has opened.',
      data: z.object({ street: z.string() }),
      example: { street: 'High Street' },
      mandatory: true,
    }),
  },
})

/** A logger that keeps the messages of warnings and errors. */
export const listeningLogger = () => {
  const lines: string[] = []
  const note = (first: object | string, message?: string) => {
    const fields = typeof first === 'string' ? '' : JSON.stringify(first, ['migration', 'err', 'message'])
    lines.push(`${message ?? first} ${fields}`.trim())
  }
  const logger: Logger = { ...silentLogger, warn: note, error: note, child: () => logger }
  return { logger, lines }
}

const tables = `
  create schema shop;
  create table shop.account (
    id int primary key,
    name text constraint account_name_unique unique,
    balance bigint not null default 0 constraint balance_not_negative check (balance >= 0)
  );
  create table shop.entry (id bigint generated always as identity, attempt text not null, step int not null);
  create table shop.outbox (
    id uuid primary key, type text not null, version int not null, subject text not null, data jsonb not null,
    mandatory boolean not null, traceparent text, occurred_at timestamptz not null default now(),
    attempts int not null default 0, claimed_until timestamptz, sent_at timestamptz, last_error text);
  create index outbox_unsent on shop.outbox (id) where sent_at is null;
  create table shop.inbox (
    consumer text not null, event_id uuid not null, handled_at timestamptz not null default now(),
    primary key (consumer, event_id));`

const apply = async (url: string) => {
  await using pool = connectPostgres({ url, logger: silentLogger })
  const database = createDatabase({ pool, schema: 'shop' })
  for (const statement of tables.split(';')) await database.on(context).execute(sql.raw(statement))
}
