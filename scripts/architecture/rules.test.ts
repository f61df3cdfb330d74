import { describe, expect, it } from 'vitest'
import { type House, importsOf, type Room, readHouse } from './house.ts'
import type { Rule } from './rule.ts'
import { rules } from './rules.ts'

const house = readHouse(new URL('../..', import.meta.url).pathname)

const room = (name: string): Room => {
  const found = house.rooms.find(each => each.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

/** The house with one room changed. */
const changed = (name: string, change: Partial<Room>): House => ({
  ...house,
  rooms: house.rooms.map(each => (each.name === name ? { ...each, ...change } : each)),
})

/** The house with one more file in a room. */
const withFile = (name: string, path: string, text: string): House => {
  const { files, folder } = room(name)
  const file = { path: `${folder}/src/${path}`, text, imports: importsOf(text) }
  return changed(name, { files: [...files.filter(each => each.path !== file.path), file] })
}

/** For each rule a house that breaks it. */
const probes: Readonly<Record<string, readonly House[]>> = {
  'a package depends only on what the graph allows': [
    changed('orders', { dependencies: [...room('orders').dependencies, '@plinth/catalog'] }),
    changed('kernel', { dependencies: ['@plinth/postgres'] }),
    changed('cart', { dependencies: [...room('cart').dependencies, '@plinth/testing'] }),
    changed('chaos', { dependencies: ['@plinth/orders'] }),
    changed('cart', { name: 'nowhere' }),
  ],
  'a package imports only what it declares': [
    withFile('kernel', 'planted.ts', "import { z } from 'lodash'\n"),
  ],
  'a package has one entry': [changed('orders', { entries: ['.', './tables'] })],
  'a contract knows the kernel and its schema library, nothing else': [
    withFile('cart-contract', 'planted.ts', "import { readFileSync } from 'node:fs'\n"),
    withFile('cart-contract', 'planted.ts', "import { orderId } from '@plinth/orders-contract'\n"),
  ],
  'there are no cycles': [changed('kernel', { dependencies: ['@plinth/http'] })],
  'only neighbours/ calls another domain': [
    withFile(
      'cart',
      'planted.ts',
      'export const planted = deps => deps.neighbours.catalog.getOffers(context, input)\n',
    ),
    withFile('cart', 'planted.ts', "import { catalogContract } from '@plinth/catalog-contract'\n"),
  ],
  'a domain calls all that it says it needs, and says so in one place': [
    withFile('cart', 'neighbours/needs.ts', "client(catalogContract, 'getOffers', 'getProduct')\n"),
    withFile('users', 'neighbours/catalog.ts', 'neighbours.catalog.getOffers(context, input)\n'),
  ],
  'routes never touch tables': [
    withFile('cart', 'routes.ts', "import { cart } from './tables.ts'\n"),
    withFile('cart', 'routes.ts', "import { sql } from 'drizzle-orm'\n"),
  ],
  'pure files import no I/O': [
    withFile('cart', 'cart-view.ts', "import { readFile } from 'node:fs/promises'\n"),
    withFile('cart', 'cart-view.ts', "import { readCart } from './stored-cart.ts'\n"),
  ],
  'every export has a doc comment': [withFile('cart', 'planted.ts', 'export const planted = 1\n')],
  'a package brings the libraries that it needs, and no others': [
    changed('cart', { dependencies: [...room('cart').dependencies, 'nodemailer'] }),
    changed('http', { dependencies: [...room('http').dependencies, '@scalar/fastify-api-reference'] }),
    changed('payments', { dependencies: room('payments').dependencies.filter(name => name !== 'stripe') }),
  ],
  'what a package shares with its user, those that stand on it share, too': [
    changed('cart', { peers: room('cart').peers.filter(name => name !== 'zod') }),
  ],
  'a published package says what it is and where it comes from': [
    changed('kernel', { publication: { ...room('kernel').publication, provenance: false } }),
    changed('kernel', { publication: { ...room('kernel').publication, repository: house.repository } }),
    changed('kernel', { entries: ['.', './testing', './other'] }),
    changed('cart', { publication: { ...room('cart').publication, files: ['dist'] } }),
    changed('users', {
      publication: { ...room('users').publication, files: room('cart').publication.files },
    }),
  ],
  'no SQL crosses a domain': [
    {
      ...house,
      sql: new Map([
        ...house.sql,
        ['sql/cart/900-planted.sql', 'create view cart.x as select * from catalog.variant;'],
      ]),
    },
    withFile('cart', 'planted.ts', 'const planted = sql`select 1 from catalog.variant`\n'),
  ],
}

describe.each(rules)('$name', ({ name, violations }: Rule) => {
  it('holds', () => {
    expect(violations(house)).toEqual([])
  })

  it('catches each planted violation', () => {
    expect(probes[name]?.length).toBeGreaterThan(0)
    for (const planted of probes[name] ?? []) expect(violations(planted)).not.toEqual([])
  })
})

describe('the reader of imports', () => {
  it('sees every form there is', () => {
    const text = `import a from 'one'\nimport type { B } from "two"\nexport * from './three.ts'\nimport 'four'\nimport {\n  c,\n  d,\n} from 'five'\nawait import('six')\n`
    expect(importsOf(text).map(({ from, typeOnly }) => [from, typeOnly])).toEqual([
      ['one', false],
      ['two', true],
      ['./three.ts', false],
      ['four', false],
      ['five', false],
      ['six', false],
    ])
  })
})
