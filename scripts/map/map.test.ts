import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawMap } from './draw-map.ts'
import { liftOf } from './lift.ts'
import { readMap, type ShopMap } from './shop-map.ts'

const root = join(import.meta.dirname, '..', '..')
const map = await readMap(root)

/** The map with one operation of the catalog changed. */
const withOperation = (name: string, change: object): ShopMap => ({
  ...map,
  calls: map.calls.map(call =>
    call.name === name ? { ...call, operation: { ...call.operation, ...change } } : call,
  ),
})

/** The lines of one part of what is printed. */
const partOf = (lines: readonly string[], title: string): string[] => {
  const begin = lines.findIndex(line => line.startsWith(title))
  return lines.slice(begin + 1, lines.indexOf('', begin)).map(line => line.trim())
}

describe('the map', () => {
  it('in the docs is the one drawn from the code', () => {
    expect(readFileSync(join(root, 'docs', 'map.md'), 'utf8')).toBe(drawMap(map))
  })

  it('changes with what a domain needs, consumes and keeps', () => {
    const drawn = drawMap(map)
    const orders = map.domains.filter(({ name }) => name === 'orders')
    for (const changed of [
      { ...map, calls: map.calls.slice(1) },
      { ...map, deliveries: map.deliveries.slice(1) },
      { ...map, domains: map.domains.filter(({ name }) => name !== 'orders') },
      { ...map, domains: [...map.domains, ...orders.map(each => ({ ...each, name: 'nowhere' }))] },
    ])
      expect(drawMap(changed)).not.toBe(drawn)
  })
})

describe('pnpm plinth lift', () => {
  it('names each call that loses atomicity, and how it is made good', () => {
    const lost = partOf(liftOf(map, 'catalog'), 'Calls that lose atomicity')
    expect(lost.map(line => line.split(/\s{2,}/)[0])).toEqual([
      'orders -> catalog.reserveStock',
      'orders -> catalog.sellStock',
      'orders -> catalog.releaseStock',
    ])
    expect(lost[0]).toMatch(/undone by releaseStock; by itself: the hold runs out/)
  })

  it('says so where nothing makes it good', () => {
    const careless = withOperation('releaseStock', { idempotent: false })
    expect(partOf(liftOf(careless, 'catalog'), 'Calls that lose atomicity')[2]).toMatch(/NOT COMPENSATED/)
  })

  it('every call that loses atomicity is undone, expires or is repeatable', () => {
    for (const { name } of map.domains) expect(liftOf(map, name).join('\n')).not.toMatch(/NOT COMPENSATED/)
  })

  it('every event that somebody must hear is heard', () => {
    for (const { name } of map.domains) expect(liftOf(map, name).join('\n')).not.toMatch(/NOBODY LISTENS/)
  })

  it('names events, tables, the role, and what is to be configured where', () => {
    const lines = liftOf(map, 'orders')
    expect(partOf(lines, 'Events out')[1]).toMatch(/^orders\.cancelled 1 +catalog\.restock-cancelled-order/)
    expect(partOf(lines, 'Tables')).toContain('orders.order_line')
    expect(partOf(lines, 'Tables').join()).toMatch(/plinth_orders/)
    expect(partOf(lines, 'Configuration').map(line => line.split(' ')[0])).toEqual([
      'ORDERS_URL',
      'USERS_URL',
      'CART_URL',
      'CATALOG_URL',
      'PAYMENTS_URL',
      'INTERNAL_PORT',
      'SERVICE_KEYS',
      'DATABASE_URL',
      'AMQP_URL',
    ])
    expect(() => liftOf(map, 'nowhere')).toThrow('there is no domain nowhere')
  })
})
