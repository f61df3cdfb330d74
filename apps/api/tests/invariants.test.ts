import { join } from 'node:path'
import { audiences, checkInvariants, type Finding } from '@plinth/invariants'
import { startSandboxServer } from '@plinth/payments'
import type { TestDatabase } from '@plinth/testing'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { givenHistory, type History } from './given-history.ts'
import { dataFolder, type Env, runToEnd } from './host-process.ts'
import { violated } from './look-back.ts'
import { plantedEvents } from './planted/events.ts'
import { plantedMail } from './planted/mail.ts'
import { plantedMoney } from './planted/money.ts'
import { plantedOrders } from './planted/orders.ts'
import { plantedStock } from './planted/stock.ts'

const planted = {
  stock: plantedStock,
  money: plantedMoney,
  orders: plantedOrders,
  events: plantedEvents,
  mail: plantedMail,
} as const

/** What `--json` prints. */
const report = z.strictObject({
  ok: z.boolean(),
  findings: z.array(
    z.strictObject({
      theme: z.string(),
      name: z.string(),
      violations: z.int(),
      samples: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
})

describe('invariants', () => {
  let history: History
  let shop: TestDatabase
  beforeAll(async () => {
    history = await givenHistory()
    shop = await history.copy()
  })
  afterAll(async () => {
    await shop?.[Symbol.asyncDispose]()
    await history?.[Symbol.asyncDispose]()
  })

  test('a shop at rest violates none, and each has a violation that is planted here', async () => {
    const findings = await checkInvariants(shop.url, { atRest: true })
    expect(violated(findings)).toEqual([])
    const plantings = Object.entries(planted).flatMap(([theme, all]) =>
      all.map(({ violates }) => `${theme}: ${violates}`),
    )
    expect(new Set(plantings)).toEqual(new Set(findings.map(({ theme, name }) => `${theme}: ${name}`)))
  })

  test('every queue that a shop declares is one whose events are followed', async () => {
    const expected = Object.entries(audiences).flatMap(([type, queues]) =>
      queues.map(queue => `${type} ${queue}`),
    )
    const declared = await run(
      shop.url,
      `select event_type || ' ' || queue as binding from messaging.binding`,
    )
    expect(declared.map(({ binding }) => binding).sort()).toEqual(expected.sort())
  })

  describe.each(Object.entries(planted))('of %s', (_theme, plantings) => {
    let own: TestDatabase
    let before: readonly Finding[]
    beforeAll(async () => {
      own = await history.copy()
      before = await checkInvariants(own.url, { graceMs: 0 })
    })
    afterAll(() => own?.[Symbol.asyncDispose]())

    test.each(plantings)('$what is seen, and nothing else', async ({ violates, sql }) => {
      await run(own.url, sql(history.ids))
      const after = await checkInvariants(own.url, { graceMs: 0 })
      const more = after.filter(({ violations }, at) => violations > (before[at]?.violations ?? 0))
      before = after
      expect(violated(more)).toEqual([violates])
    })
  })

  test('what settles by itself has a minute to do so', async () => {
    await using own = await history.copy()
    const cancelledAgo = (ago: string) =>
      run(
        own.url,
        `update orders.order set cancelled_at = now() - interval '${ago}' where id = '${history.ids.cancelled}'`,
      )
    await run(own.url, plantedStock.find(({ what }) => /not restocked/.test(what))?.sql(history.ids) ?? '')
    await cancelledAgo('55 s')
    expect(violated(await checkInvariants(own.url))).toEqual([])
    await cancelledAgo('65 s')
    const [found, ...others] = (await checkInvariants(own.url)).filter(({ violations }) => violations > 0)
    expect(others).toEqual([])
    expect(found).toMatchObject({ violations: 1, samples: [{ order_id: history.ids.cancelled, sold: 1 }] })
  })

  describe('pnpm invariants', () => {
    const invariants = (url: string, args: readonly string[] = [], env: Env = {}) =>
      runToEnd('cli/invariants.ts', args, { DATABASE_URL: url, ...env })

    test('prints each with its count, and ends with 0 where all hold', async () => {
      const { code, stdout } = await invariants(shop.url)
      expect([code, stdout]).toEqual([0, expect.stringMatching(/All \d+ invariants hold\.\n$/)])
      for (const { violates } of Object.values(planted).flat())
        expect(stdout).toMatch(new RegExp(`ok +0 {2}${violates}\n`))
    })

    test('ends with 1 where one does not, and shows where, as text and as JSON', async () => {
      await using own = await history.copy()
      await run(own.url, `update catalog.variant set on_hand = on_hand + 1`)
      const text = await invariants(own.url)
      expect([text.code, text.stdout]).toEqual([
        1,
        expect.stringMatching(/VIOLATED +1 {2}What is on hand .*\n.*"variant_id"/),
      ])
      const json = await invariants(own.url, ['--json'])
      const { ok, findings } = report.parse(JSON.parse(json.stdout))
      expect([json.code, ok, findings.filter(({ violations }) => violations > 0)]).toEqual([
        1,
        false,
        [
          {
            theme: 'stock',
            name: expect.stringMatching(/^What is on hand/),
            violations: 1,
            samples: [{ variant_id: history.ids.variant, on_hand: 8, ledger_total: 7 }],
          },
        ],
      ])
    })

    test('asks the sandbox for its journal, where that runs by itself', async () => {
      await using folder = await dataFolder()
      await using sandbox = await startSandboxServer({ journal: join(folder.path, 'sandbox.jsonl') })
      const { code, stdout } = await invariants(shop.url, ['--at-rest'], { SANDBOX_URL: sandbox.url })
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(/VIOLATED +4 {2}Every capture and refund of ours is in the journal/),
      ])
      await sandbox[Symbol.asyncDispose]()
      const away = await invariants(shop.url, [], { SANDBOX_URL: sandbox.url })
      expect([away.code, away.stderr]).toEqual([2, expect.stringContaining('SANDBOX_URL')])
    })

    test('says in a line why it cannot look, and ends with 2', async () => {
      const refused = async (...asked: Parameters<typeof invariants>) => {
        const { code, stdout, stderr } = await invariants(...asked)
        expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
        return stderr
      }
      expect(await refused('postgres://127.0.0.1:1/shop')).toContain('DATABASE_URL')
      expect(await refused('mysql://127.0.0.1/shop')).toContain('DATABASE_URL')
      expect(await refused(shop.url.replace(/\/\w+$/, '/template1'))).toContain('not up to date')
      expect(await refused(shop.url, ['--all'])).toContain('--all')
    })

    test('--help says how to ask', async () => {
      const { code, stdout } = await invariants('', ['--help'])
      expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: pnpm invariants')])
    })
  })
})

const run = async (url: string, statements: string): Promise<readonly postgres.Row[]> => {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await client.unsafe(statements)
  } finally {
    await client.end()
  }
}
