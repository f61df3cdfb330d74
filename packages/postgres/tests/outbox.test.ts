import { cloudEvent, type InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { claimInbox, createOutbox, type Outbox, type OutboxRow } from '../src/index.ts'
import { context, givenShop, shopContract } from './given.ts'

describe('an outbox', () => {
  let shop: Awaited<ReturnType<typeof givenShop>>
  let outbox: Outbox
  const { opened } = shopContract.events
  beforeAll(async () => {
    shop = await givenShop()
    outbox = createOutbox({ database: shop.database, source: shopContract })
  })
  beforeEach(async () => {
    await shop.database.on(context).execute(sql`truncate shop.outbox`)
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const append = (street: string) => (inTx: InTx) =>
    outbox.append(inTx, opened, { subject: street, data: { street } })
  const write = (street: string) => shop.database.transaction(context, append(street))
  const claim = (limit = 100, leaseMs = 60_000) => outbox.claim({ limit, leaseMs })
  const subjects = (rows: readonly OutboxRow[]) => rows.map(row => row.subject)

  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const anotherTrace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  it('hands out what was committed as a CloudEvent, with the id it was given in the transaction', async () => {
    const id = await shop.database.transaction({ ...context, traceparent }, append('High Street'))
    const [row] = await claim()
    expect(row).toEqual({
      specversion: '1.0',
      id,
      source: '/plinth/shop',
      type: 'shop.opened',
      subject: 'High Street',
      time: expect.any(String),
      datacontenttype: 'application/json',
      dataschema: 'urn:plinth:event:shop.opened:1',
      traceparent,
      data: { street: 'High Street' },
      mandatory: true,
      attempts: 1,
    })
    expect(cloudEvent.parse(row).id).toBe(id)
  })

  it('takes events within the statement that makes them true: those it is true of, each with the trace it comes of', async () => {
    const streets = ['High Street', 'Nowhere', 'Low Street']
    const events = streets.map(street => ({
      event: opened,
      subject: street,
      data: { street },
      ...(street === 'Low Street' && { traceparent: anotherTrace }),
    }))
    let woken = 0
    using _ = outbox.onAppended(() => {
      woken += 1
    })
    await shop.database.transaction({ ...context, traceparent }, inTx =>
      shop.database.on(inTx).execute(sql`
        with changed as (select name from unnest(${sql.param(['Low Street', 'High Street'])}::text[]) as _ (name)),
             announced as (${outbox.appendWhen(inTx, { part: 'changed', subject: 'name' }, events)})
        select 1`),
    )
    const rows = await claim()
    expect(rows).toHaveLength(2)
    expect(rows).toMatchObject([
      { subject: 'High Street', data: { street: 'High Street' }, mandatory: true, traceparent },
      { subject: 'Low Street', data: { street: 'Low Street' }, mandatory: true, traceparent: anotherTrace },
    ])
    expect(woken).toBe(1)
  })

  it('holds nothing of a transaction that was rolled back, and wakes nobody for it', async () => {
    let woken = 0
    using _ = outbox.onAppended(() => {
      woken += 1
    })
    const attempt = shop.database.transaction(context, async inTx => {
      await append('Nowhere')(inTx)
      throw new Error('no')
    })
    await expect(attempt).rejects.toThrow('no')
    expect(await outbox.pending()).toEqual({ count: 0, oldestAgeMs: 0 })
    expect(woken).toBe(0)
  })

  it('wakes its listeners once a commit, until they leave', async () => {
    let woken = 0
    const listener = outbox.onAppended(() => {
      woken += 1
    })
    await shop.database.transaction(context, async inTx => {
      await append('A')(inTx)
      const ids = await outbox.appendAll(inTx, [
        { event: opened, subject: 'B', data: { street: 'B' } },
        { event: opened, subject: 'C', data: { street: 'C' } },
      ])
      expect(ids).toHaveLength(2)
      expect(woken).toBe(0)
    })
    expect(woken).toBe(1)
    listener[Symbol.dispose]()
    await write('D')
    expect(woken).toBe(1)
    expect(subjects(await claim())).toEqual(['A', 'B', 'C', 'D'])
  })

  it('refuses data that does not fit, and events of others', async () => {
    const other = { ...opened, type: 'bakery.opened' }
    await shop.database.transaction(context, async inTx => {
      const data: { street: string } = JSON.parse('{"street": 7}')
      await expect(outbox.append(inTx, opened, { subject: 'x', data })).rejects.toThrow()
      await expect(outbox.append(inTx, other, { subject: 'x', data })).rejects.toThrow('no event of shop')
    })
    expect((await outbox.pending()).count).toBe(0)
  })

  it('gives an event to one of many relays, and never to a second within the lease', async () => {
    const all = Array.from({ length: 300 }, (_, n) => `street ${n}`)
    await shop.database.transaction(context, inTx =>
      outbox.appendAll(
        inTx,
        all.map(street => ({ event: opened, subject: street, data: { street } })),
      ),
    )
    const relay = async () => {
      const mine: OutboxRow[] = []
      for (let rows = await claim(7); rows.length > 0; rows = await claim(7)) mine.push(...rows)
      return mine
    }
    const claimed = (await Promise.all(Array.from({ length: 8 }, relay))).flat()
    expect(subjects(claimed).toSorted()).toEqual(all.toSorted())
  })

  it('gives an event out again when its lease is over, and counts the attempts', async () => {
    await write('A')
    await claim(1, 0)
    expect((await claim(1, 60_000))[0]?.attempts).toBe(2)
    expect(await claim()).toEqual([])
  })

  it('keeps what could not be published, for later', async () => {
    await write('A')
    const ids = (await claim()).map(row => row.id)
    await outbox.markFailed(ids, 'nobody took it', 60_000)
    expect(await claim()).toEqual([])
    await outbox.markFailed(ids, 'nobody took it', 0)
    expect(subjects(await claim())).toEqual(['A'])
    const [row] = await shop.database.on(context).execute(sql`select last_error from shop.outbox`)
    expect(row).toEqual({ last_error: 'nobody took it' })
    expect(await outbox.failures()).toEqual([
      { type: expect.any(String), reason: 'nobody took it', count: 1 },
    ])
  })

  it('forgets what was sent, after a while', async () => {
    await write('A')
    await write('B')
    const [first] = await claim(1)
    await outbox.markSent([first?.id ?? ''])
    expect((await outbox.pending()).count).toBe(1)
    expect(await outbox.prune({ olderThanMs: 60_000 })).toBe(0)
    expect(await outbox.prune({ olderThanMs: -1_000 })).toBe(1)
    expect((await outbox.pending()).count).toBe(1)
  })

  it('misses nothing when transactions commit in another order than their ids were minted', async () => {
    const early = Promise.withResolvers<void>()
    const minted = Promise.withResolvers<void>()
    const late = shop.database.transaction(context, async inTx => {
      await append('minted first, committed last')(inTx)
      minted.resolve()
      await early.promise
    })
    await minted.promise
    await write('minted last, committed first')
    expect(subjects(await claim())).toEqual(['minted last, committed first'])
    early.resolve()
    await late
    expect(subjects(await claim())).toEqual(['minted first, committed last'])
  })

  it('has its counterpart: an inbox lets one of many deliveries of an event through', async () => {
    const eventId = '0199c0de-7a11-7bad-8a5e-5eed00c0ffee'
    const deliver = (fail: boolean) =>
      shop.database.transaction(context, async inTx => {
        const fresh = await claimInbox(inTx, shop.database, 'shop.greeter', [eventId])
        if (fail) throw new Error('the handler failed')
        return fresh.has(eventId)
      })
    await expect(deliver(true)).rejects.toThrow('the handler failed')
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => deliver(false)))
    expect(outcomes.filter(fresh => fresh)).toHaveLength(1)
    expect(await deliver(false)).toBe(false)
  })
})
