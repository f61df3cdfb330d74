import { newId } from '@plinth/kernel'
import { connectPostgres, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { describe, expect, test } from 'vitest'
import { checkInvariants } from '../src/index.ts'

const schemas = ['users', 'catalog', 'cart', 'orders', 'payments', 'notifications', 'messaging', 'gateway']

const givenEmptyShop = () =>
  createTestDatabase({
    name: 'invariants',
    migrate: {
      key: 'all',
      apply: async url => {
        const migrations = schemas.map(schema => migrationsOf(schema, import.meta.url))
        await migrate({ pool: { url }, migrations })
      },
    },
  })

describe('invariants of a shop in which nothing has happened', () => {
  test('each is named once, and holds', async () => {
    await using database = await givenEmptyShop()
    const findings = await checkInvariants(database.url)
    expect(findings.filter(({ violations }) => violations > 0)).toEqual([])
    expect(new Set(findings.map(({ name }) => name)).size).toBe(findings.length)
    expect(new Set(findings.map(({ theme }) => theme))).toEqual(
      new Set(['stock', 'money', 'orders', 'events', 'mail']),
    )
  })

  test('they are checked over a pool that is open, too, and against a journal that is kept elsewhere', async () => {
    await using database = await givenEmptyShop()
    await using pool = connectPostgres({ url: database.url, logger: silentLogger })
    const entry = {
      at: '2026-01-01T00:00:00.000Z',
      operation: 'capture' as const,
      orderId: newId<'Order'>(),
      paymentId: newId<'Payment'>(),
      refundId: null,
      idempotencyKey: 'a payment that we do not know',
      amount: { amount: 4900, currency: 'USD' },
      outcome: 'succeeded' as const,
    }
    const findings = await checkInvariants(pool, { journal: [entry, entry], samples: 1 })
    expect(findings.filter(({ violations }) => violations > 0)).toMatchObject([
      {
        name: 'Every capture in the journal of the provider is a capture of ours',
        violations: 2,
        samples: [{ payment_id: entry.paymentId, order_id: entry.orderId, amount: 4900, payment: null }],
      },
      { name: 'The provider captured each payment once, and made each refund once', violations: 1 },
    ])
  })

  test('a database without a shop in it is no shop in which all is well', async () => {
    await using database = await createTestDatabase({ name: 'invariants' })
    await expect(checkInvariants(database.url)).rejects.toThrow('catalog.variant')
  })
})
