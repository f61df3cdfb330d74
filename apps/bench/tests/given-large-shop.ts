import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type StatementTap, startMailSink, startStatementTap } from '@plinth/testing'
import postgres, { type Sql } from 'postgres'
import { createSigner } from '../src/buyers.ts'
import { loadLargeShop } from '../src/large/load.ts'
import { prepare } from '../src/large/prepare.ts'
import { startServer } from '../src/servers.ts'

/** A shop with the history of a large one, a hundredth of it, in which every statement is noted. */
export interface LargeShop extends AsyncDisposable {
  readonly sql: Sql
  readonly databaseUrl: string
  readonly tap: StatementTap
  /** Sends a request as somebody, and gives the status and the body. */
  readonly send: (request: Sent) => Promise<{ readonly status: number; readonly json: unknown }>
}

/** See {@link LargeShop}. */
export interface Sent {
  readonly method?: string
  readonly path: string
  readonly as?: { readonly id: string; readonly roles: readonly string[] } | undefined
  readonly body?: unknown
}

/** Loads it, and opens it behind a tap. */
export const givenLargeShop = async (scale: number): Promise<LargeShop> => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await createTestDatabase({ name: 'large' }))
  await prepare(database.url)
  await loadLargeShop(database.url, { scale })
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
  stack.defer(() => sql.end())
  const tap = stack.use(await startStatementTap(database.url))
  const folder = await mkdtemp(join(tmpdir(), 'plinth-large-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const mails = stack.use(await startMailSink())
  const signer = await createSigner()
  const server = stack.use(
    await startServer('../tests/shop.ts', join(folder, 'shop.log'), {
      PORT: '0',
      DATABASE_URL: tap.url,
      SMTP_URL: mails.url,
      DATA_DIR: folder,
      JWT_KEYS: signer.keySet,
      ADMIN_EMAIL: 'admin@shop.example',
      ADMIN_PASSWORD: 'a long enough passphrase',
      RATE_LIMIT_PER_MINUTE: '1000000',
    }),
  )
  const kept = stack.move()
  return {
    sql,
    databaseUrl: database.url,
    tap,
    send: async ({ method = 'GET', path, as, body }) => {
      const answer = await fetch(`${server.url}${path}`, {
        method,
        headers: {
          ...(as !== undefined && { authorization: await signer.authorizationOf(as.id, as.roles) }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(method === 'POST' && as !== undefined && { 'idempotency-key': crypto.randomUUID() }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
